# SPDX-License-Identifier: GPL-2.0-only
"""A task that computes, and for as long forces a line to the disk again and again."""
import os
import sys
import tempfile
import time

import zoo


def work(healthy):
    lines = []
    with tempfile.NamedTemporaryFile(dir=os.getcwd()) as log:
        for n in range(20):
            zoo.burn(0.001)
            line = b"step %d done, all is well\n" % n
            if healthy:
                lines.append(line)
                continue
            until = time.monotonic() + 0.001  # however fast the disk is
            while time.monotonic() < until:
                log.write(line * 2000)
                log.flush()
                os.fsync(log.fileno())
        log.write(b"".join(lines))


def main():
    opts = zoo.options(__doc__)
    with opts.context.Pool(opts.workers) as pool:
        for _ in zoo.going(opts):
            pool.map(work, [opts.healthy] * 20, chunksize=1)
        pool.close()
        pool.join()


if __name__ == "__main__":
    sys.exit(main())
