# SPDX-License-Identifier: GPL-2.0-only
"""PyTorch's DataLoader, several epochs with new workers each and several with the same ones,
counted in the parent. Needs torch."""
import argparse

import torch.utils.data
from torch._utils import ExceptionWrapper
from torch.utils.data.dataloader import _MultiProcessingDataLoaderIter

import mixed
import tally


class Rows(torch.utils.data.Dataset):
    """Tensors, which go through shared memory; some fail. Behind them bytes, of these sizes."""

    def __init__(self, n, fails_at=(), sizes=()):
        self.n = n
        self.fails_at = fails_at
        self.sizes = sizes

    def __len__(self):
        return self.n

    def __getitem__(self, index):
        if index >= self.n:
            return mixed.make(self.sizes[index - self.n])
        if index in self.fails_at:
            return mixed.fails(10 * index + 4) if index % 2 else mixed.refuses(index)
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
        if obj and isinstance(obj[1], ExceptionWrapper):
            self.counted.tasks["failed"] += 1
            self.on_failure(obj[1])

    def on_failure(self, wrapped):
        """Its text is the traceback; the last line has the type and the message."""
        last = wrapped.exc_msg.strip().split("\n")[-1]
        row = "\t".join((tally.name_of(wrapped.exc_type).replace("builtins.", ""),
                         last.partition(": ")[2], "", last))
        self.counted.failures[row] = self.counted.failures.get(row, 0) + 1


def watch_all():
    found = []
    begin = _MultiProcessingDataLoaderIter._reset

    def watching(self, loader, first_iter=False):
        if first_iter:
            found.append(Batches(self).counted)
        begin(self, loader, first_iter)
    _MultiProcessingDataLoaderIter._reset = watching
    return found


def new_loader(rows, method, **more):
    return torch.utils.data.DataLoader(rows, num_workers=2, multiprocessing_context=method, **more)


def walk(loader):
    """(samples, failures) of an epoch: what fails is a batch, and the next ones come."""
    samples, failures, batches = 0, 0, iter(loader)
    while True:
        try:
            samples += len(next(batches))
        except StopIteration:
            return samples, failures
        except (mixed.Refused, ValueError):
            failures += 1


def work(n, big, method):
    loader = new_loader(Rows(n), method, batch_size=8)
    for _ in range(2):
        assert walk(loader) == (n, 0)
    sizes = mixed.SIZES + (big,)
    batches = [list(range(i, i + 4)) for i in range(0, n, 4)]
    batches += [[n + i] for i in range(len(sizes))]
    loader = new_loader(Rows(n, (3, 4, n - 1), sizes), method, batch_sampler=batches,
                        persistent_workers=True)
    for _ in range(3):
        assert walk(loader) == (n - 12 + len(sizes), 3)
    del loader


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth")
    parser.add_argument("--method", default="fork")
    parser.add_argument("--items", type=int, default=100)
    parser.add_argument("--big", type=int, default=mixed.BIG)
    args = parser.parse_args()

    tally.install()
    counted = watch_all()
    work(args.items, args.big, args.method)
    for one in counted:
        one.functions = None
    tally.write(args.truth, counted, method=args.method)


if __name__ == "__main__":
    main()
