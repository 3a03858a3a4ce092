# SPDX-License-Identifier: GPL-2.0-only
check_PROGRAMS += tests/pool/evidence_test
tests_pool_evidence_test_SOURCES = tests/pool/evidence_test.c
tests_pool_evidence_test_LDADD = $(TEST_LDADD)
check_PROGRAMS += tests/pool/staff_test
tests_pool_staff_test_SOURCES = tests/pool/staff_test.c
tests_pool_staff_test_LDADD = $(TEST_LDADD)
