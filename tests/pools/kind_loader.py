# SPDX-License-Identifier: GPL-2.0-only
"""PyTorch's DataLoader, several epochs with new workers each and several with the same ones,
counted in the parent. Needs torch."""
import argparse

import torch.utils.data
from torch.utils.data.dataloader import _MultiProcessingDataLoaderIter

import mixed
import tally


class Rows(torch.utils.data.Dataset):
    def __init__(self, n, fails_at=-1):
        self.n = n
        self.fails_at = fails_at

    def __len__(self):
        return self.n

    def __getitem__(self, index):
        if index == self.fails_at:
            raise mixed.Refused("no row %d" % index)
        return torch.full((500,), float(index))


def message(obj):
    """An index is sent with the numbers of its samples. Nothing of a batch is unpickled."""
    if isinstance(obj, tuple) and len(obj) == 2 and isinstance(obj[1], list):
        return tally.Task(obj[0], "", len(obj[1]))
    return None


class Batches:
    """Counts one set of workers: each has a queue of its own, all share one back."""

    def __init__(self, iterator):
        self.iterator = iterator
        self.counted = tally.watch(
            "DataLoader", message, [q._writer for q in iterator._index_queues],
            [iterator._worker_result_queue._reader])
        self.counted.more["workers"] = [w.pid for w in iterator._workers]
        self.counted.on_returned = self.on_returned
        # Tensors cannot be unpickled twice: what they share is handed over once.
        self.counted.opens = lambda data: b"rebuild_" not in bytes(data)

    def on_returned(self, obj, size):
        if obj and not isinstance(obj[0], int):
            return  # a worker is ready for another epoch
        self.counted.tasks["returned"] += 1
        self.counted.add_bytes("back", size)


def watch_all():
    found = []
    begin = _MultiProcessingDataLoaderIter._reset

    def watching(self, loader, first_iter=False):
        if first_iter:
            found.append(Batches(self).counted)
        begin(self, loader, first_iter)
    _MultiProcessingDataLoaderIter._reset = watching
    return found


def work(n, method):
    options = {"num_workers": 2, "batch_size": 8, "multiprocessing_context": method}
    loader = torch.utils.data.DataLoader(Rows(n), **options)
    for _ in range(2):
        assert sum(len(batch) for batch in loader) == n
    loader = torch.utils.data.DataLoader(Rows(n), persistent_workers=True, **options)
    for _ in range(3):
        assert sum(len(batch) for batch in loader) == n
    del loader


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--method", default="fork")
    parser.add_argument("--items", type=int, default=100)
    args = parser.parse_args()

    tally.install()
    counted = watch_all()
    work(args.items, args.method)
    for one in counted:
        one.functions = None
    tally.write(args.truth, counted, method=args.method)


if __name__ == "__main__":
    main()
