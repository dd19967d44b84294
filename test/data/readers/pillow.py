"""Writes photos as JPEG files of many kinds into a folder, and the pixels that Pillow reads from each."""

import itertools
import sys
from pathlib import Path

import numpy
from PIL import Image, ImageOps

folder = Path(sys.argv[1])
random = numpy.random.default_rng(7)


def photo(height, width):
    """Smooth colours, some edges and some noise, as in a photo."""
    y, x = numpy.mgrid[0:height, 0:width]
    waves = [numpy.sin(x / 9 + y / 13), numpy.cos(x / 23 - y / 5), numpy.sin((x * y) / 400)]
    pixels = 128 + 90 * numpy.stack(waves, axis=2)
    pixels[height // 3 : height // 2, width // 4 : width // 2] = [250, 10, 40]
    return numpy.clip(pixels + random.normal(0, 6, pixels.shape), 0, 255).astype(numpy.uint8)


kinds = itertools.product((50, 90, 100), ("4:4:4", "4:2:2", "4:2:0"), (False, True))
for number, (quality, subsampling, progressive) in enumerate(kinds):
    image = Image.fromarray(photo(101 + number, 67 + 3 * number))
    exif = Image.Exif()
    exif[0x112] = number % 8 + 1
    options = {"quality": quality, "subsampling": subsampling, "progressive": progressive}
    if number % 6 == 5:
        image = image.convert("L")
        del options["subsampling"]
    path = folder / f"{number}-{quality}-{subsampling.replace(':', '')}-{progressive}.jpg"
    image.save(path, exif=exif, **options)
    upright = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    path.with_suffix(f".{upright.height}x{upright.width}.rgb").write_bytes(upright.tobytes())
