# SPDX-License-Identifier: GPL-2.0-only
"""joblib as it is used in scripts: one Parallel for many calls. Needs joblib."""
import sys

import joblib

import zoo


def compute(n):
    zoo.burn(0.03)
    return n


def main():
    opts = zoo.options(__doc__)
    with joblib.Parallel(n_jobs=opts.workers) as parallel:
        parallel(joblib.delayed(compute)(n) for n in range(10))  # all are imported
        for _ in zoo.going(opts):
            parallel(joblib.delayed(compute)(n) for n in range(100))


if __name__ == "__main__":
    sys.exit(main())
