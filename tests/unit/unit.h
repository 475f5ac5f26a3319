/*
 * unit.h: what every unit test begins and ends with.
 *
 * A file has a list of START_TEST()s, a function that adds them to a test
 * case, and a main() that is one call of unit_run(). Check runs each test in a
 * process of its own, so that one that crashes takes no other with it.
 */
#ifndef UNIT_H
#define UNIT_H

#include "base/base.h"

#include <check.h>

/* Exit status: 0 where all passed. */
static inline int unit_run(const char *name, void (*add)(TCase *tests))
{
	Suite *suite = suite_create(name);
	TCase *tests = tcase_create(name);
	SRunner *runner;
	int run, failed;

	suite_add_tcase(suite, tests);
	tcase_set_timeout(tests, 120); /* sanitizers, on a busy machine */
	add(tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	run = srunner_ntests_run(runner);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	printf("%s: %d passed, %d failed\n", name, run - failed, failed);
	return run > 0 && failed == 0 ? 0 : 1;
}

/* Whether a `struct str` holds exactly the text `expected`. */
#define ck_assert_str_is(s, expected)                                         \
	do {                                                                  \
		struct str ck_s = (s);                                        \
		ck_assert_msg(str_is(ck_s, (expected)), "'%.*s' is not '%s'", \
			      STR_ARG(ck_s), (expected));                     \
	} while (0)

#endif
