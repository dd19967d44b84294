"""What a residual network in PyTorch predicts for images: functions of a job that give scores of classes, or values, of the test rows."""

import itertools

import numpy as np

BLOCKS = 2
"""Blocks in each of three stages (He et al., arXiv:1512.03385)."""


def resnet(equal):
    """
    A residual network of three stages, trained for as many steps of as many rows with as much augmentation as Sentei's: of 16,
    32 and 64 channels, or with `equal` the widest whose multiply-adds are at most those of Sentei's network.
    The validation rows choose a rate of 0.001 or 0.004, and how often the image is halved before.
    """

    def run(job):
        import torch

        torch.set_num_threads(1)
        most = job.budget["flops"] if equal else None
        if equal and most is None:
            raise ValueError("Sentei's network has no result here, so that its FLOPs are unknown")
        sizes = [(halvings, width_within(job, halvings, most)) for halvings in range(3)]
        fitting = [(halvings, width) for halvings, width in sizes if width]
        if not fitting:
            raise ValueError(f"no residual network has {most} FLOPs or fewer")
        return job.chosen(itertools.product(fitting, (0.001, 0.004)), lambda setting: trained(job, *setting))

    return run


def width_within(job, halvings, most):
    """The channels of the first stage: 16, or as many as `most` operations allow, at most 64; 0 if none do."""
    if most is None:
        return 16
    fitting = [width for width in range(1, 65) if flops(job, halvings, width) <= most]
    return max(fitting, default=0)


def flops(job, halvings, width):
    """Multiply-adds of convolutions and the dense layer for one image, as src/nn/cost.ts counts them."""
    height, across, channels = (*job.shape[:2], job.shape[2])
    sides = lambda times: -(-height // 2**times) * -(-across // 2**times)
    total = 9 * channels * width * sides(halvings)
    before = width
    for stage in range(3):
        own, area = width << stage, sides(halvings + stage)
        total += 9 * before * own * area + 9 * own * own * area * (2 * BLOCKS - 1)
        total += before * own * area if before != own else 0
        before = own
    return total + before * job.outputs


def network(job, width):
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Block(nn.Module):
        """relu(F(x) + x) with two convolutions in F; where the shape changes, x passes a convolution of 1 x 1."""

        def __init__(self, before, own, stride):
            super().__init__()
            convolved = lambda a, size, step: nn.Sequential(nn.Conv2d(a, own, size, step, size // 2, bias=False), nn.BatchNorm2d(own))
            self.first, self.second = convolved(before, 3, stride), convolved(own, 3, 1)
            self.past = nn.Identity() if before == own and stride == 1 else convolved(before, 1, stride)

        def forward(self, x):
            return F.relu(self.second(F.relu(self.first(x))) + self.past(x))

    layers = [nn.Conv2d(job.shape[2], width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
    before = width
    for stage in range(3):
        for block in range(BLOCKS):
            layers.append(Block(before, width << stage, 2 if stage > 0 and block == 0 else 1))
            before = width << stage
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, job.outputs))


def trained(job, size, rate):
    """Scores of the validation and the test rows after all steps."""
    import torch
    from torch.nn import functional as F

    halvings, width = size
    torch.manual_seed(job.seed)
    draws = np.random.default_rng(job.seed)
    learnt = job.x("train")
    mean, std = learnt.mean(axis=(0, 1, 2)), learnt.std(axis=(0, 1, 2)) + 1e-12
    scaled = lambda x: torch.tensor(((x - mean) / std).transpose(0, 3, 1, 2), dtype=torch.float32)
    halved = lambda x: F.avg_pool2d(x, 2**halvings, ceil_mode=True) if halvings else x
    y = job.y("train")
    middle, spread = (0, 1) if job.classes else (y.mean(axis=0), y.std(axis=0) + 1e-12)
    x, y = scaled(learnt), torch.tensor((y - middle) / spread, dtype=torch.long if job.classes else torch.float32)
    model = network(job, width)
    steps = job.budget["steps"]
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    loss = F.cross_entropy if job.classes else lambda given, wanted: F.mse_loss(given.reshape(wanted.shape), wanted)
    for rows in batches(len(x), min(job.budget["batch"], len(x)), steps, draws):
        optimizer.zero_grad()
        loss(model(halved(changed(x[rows], draws, job.budget["augment"] or {}))), y[rows]).backward()
        optimizer.step()
        schedule.step()
    model.eval()

    def outputs(part):
        with torch.no_grad():
            found = torch.cat([model(halved(each)) for each in scaled(job.x(part)).split(256)]).numpy()
        return found if job.classes else found.reshape(job.y(part).shape) * spread + middle

    return outputs("validation"), outputs("test")


def batches(rows, batch, steps, draws):
    """Rows of `steps` whole batches, epoch by epoch in random order."""
    left = np.empty(0, dtype=int)
    for _ in range(steps):
        if len(left) < batch:
            left = draws.permutation(rows)
        yield left[:batch]
        left = left[batch:]


def changed(images, draws, augment):
    """Images that are shifted or cropped, mirrored, and cut out, as src/data/augment.ts does."""
    import torch
    from torch.nn import functional as F

    crop, shift, cutout = (augment.get(key, 0) for key in ("crop", "shift", "cutout"))
    most, (count, _, height, across) = crop or shift, images.shape
    if most:
        padded = F.pad(images, (most,) * 4, mode="constant" if crop else "replicate")
        downs, rights = draws.integers(0, 2 * most + 1, (2, count))
        images = torch.stack([p[:, d : d + height, r : r + across] for p, d, r in zip(padded, downs, rights)])
    if augment.get("flip"):
        mirrored = torch.tensor(draws.random(count) < 0.5)
        images = torch.where(mirrored[:, None, None, None], images.flip(3), images)
    if cutout:
        images = images.clone()
        for i, (top, left) in enumerate(zip(draws.integers(0, height, count), draws.integers(0, across, count))):
            y, x = top - cutout // 2, left - cutout // 2
            images[i, :, max(0, y) : max(0, y + cutout), max(0, x) : max(0, x + cutout)] = 0
    return images
