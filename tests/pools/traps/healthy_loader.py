# SPDX-License-Identifier: GPL-2.0-only
"""A DataLoader that feeds a loop which learns from each batch. Needs torch."""
import sys

import torch.utils.data

import zoo


class Pictures(torch.utils.data.Dataset):
    def __len__(self):
        return 400

    def __getitem__(self, index):
        zoo.burn(0.003)
        return torch.full((3, 64, 64), float(index)), index % 10


def main():
    opts = zoo.options(__doc__)
    torch.set_num_threads(1)
    loader = torch.utils.data.DataLoader(
        Pictures(), batch_size=8, shuffle=True, num_workers=opts.workers,
        multiprocessing_context=opts.method, persistent_workers=True)
    for _ in loader:  # then the import of torch, by spawn in each worker, is over
        pass
    for _ in zoo.going(opts):
        for pictures, labels in loader:
            zoo.burn(0.01)


if __name__ == "__main__":
    sys.exit(main())
