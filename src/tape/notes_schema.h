/* SPDX-License-Identifier: GPL-2.0-only */
/* The plain tables of a recording, which tape_note() fills. Inside of src/tape. */
#ifndef POOLTOP_NOTES_SCHEMA_H
#define POOLTOP_NOTES_SCHEMA_H

extern const char notes_schema[];

#endif
