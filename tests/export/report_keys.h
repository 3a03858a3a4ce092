/* SPDX-License-Identifier: GPL-2.0-only */
/* What INTERFACE 4 promises of the report's JSON, as paths for has_keys(). */
#ifndef POOLTOP_TESTS_EXPORT_REPORT_KEYS_H
#define POOLTOP_TESTS_EXPORT_REPORT_KEYS_H

/* In every report with a pool that has workers on cores that were seen. */
extern const char *const report_keys[];
/* Where there are functions, deaths, failures and findings. */
extern const char *const report_keys_of_rows[];
/* Where something is missing. */
extern const char *const report_keys_of_missing[];

#endif
