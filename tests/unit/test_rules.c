/* Rule files: parsing, classifying, and the verdicts of paths.yaml. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "quarry/classify.h"
#include "quarry/rules.h"
#include "util/file.h"
#include "util/sha256.h"
#include "util/str.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

struct shipped {
	struct quarry_rules *rules;
	struct quarry_classifier *classifier;
};

static void parse(struct quarry_rules **out, const char *text)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	int rc = quarry_rules_parse(out, text, strlen(text), "f.yaml", &err);

	assert_string_equal(err.text, "");
	assert_int_equal(rc, 0);
}

static void a_rule_file_is_read_in_order(void **state)
{
	static const char text[] =
		"rules:\n"
		"  - id: one\n    class: bot\n    name: '\\[bot\\]$'\n    reason: because\n"
		"  - reason: why\n    email: ^x@\n    class: agent\n    id: two\n"
		"  - {id: three, class: test-only, path: ^a/, reason: so}\n";
	struct quarry_rules *rules = NULL;
	char hex[SHA256_HEX];

	parse(&rules, text);
	assert_int_equal(rules->n_rules, 3);
	assert_string_equal(rules->rules[0].id, "one");
	assert_string_equal(rules->rules[0].class, "bot");
	assert_string_equal(rules->rules[0].name, "\\[bot\\]$");
	assert_null(rules->rules[0].email);
	assert_null(rules->rules[0].path);
	assert_string_equal(rules->rules[0].reason, "because");
	assert_int_equal(rules->rules[0].line, 2);
	assert_string_equal(rules->rules[1].email, "^x@");
	assert_int_equal(rules->rules[1].line, 6);
	assert_string_equal(rules->rules[2].path, "^a/");
	sha256_hex(hex, text, strlen(text));
	assert_string_equal(rules->hash, hex);
	quarry_rules_free(rules);
}

/* A file may say more after its rules. */
#define RULE "rules:\n- {id: a, class: b, name: c, reason: d}\n"

static void a_mistake_in_a_rule_is_named(void **state)
{
	static const struct { const char *text, *said; } cases[] = {
		{ "", "line 1: nothing is in it; a mapping is expected" },
		{ "rules: []\n", "line 1: 'rules' must hold 1 to 1000 rules, not 0" },
		{ "rule: []\n", "line 1: unknown key 'rule' (known here: rules, assists, exports)" },
		{ "rules:\n- {id: a, class: b, name: c}\n", "line 2: key 'reason' is missing" },
		{ "rules:\n- {class: b, name: c, reason: d}\n", "line 2: key 'id' is missing" },
		{ "rules:\n- {id: a, name: c, reason: d}\n", "line 2: key 'class' is missing" },
		{ "rules:\n- {id: a, class: b, reason: d}\n",
		  "line 2: rule 'a' has no pattern: give it 'name', 'email' or 'path'" },
		{ "rules:\n- {id: a, class: b, name: c, path: e, reason: d}\n",
		  "line 2: rule 'a' has 'path' beside 'name' or 'email'; nothing has both" },
		{ "rules:\n- {id: a, class: B, name: c, reason: d}\n",
		  "line 2: 'class' of rule 'a' is not a class: 'B' (use a-z and '-')" },
		{ "rules:\n- {id: a, class: b, name: c, reason: d}\n- {id: a, class: b, name: e, reason: f}\n",
		  "line 3: rule 'a' was given before, in line 2" },
		{ "rules: [{id: a, class: b, name: c, reason: d}, {id: a, class: b, name: e, reason: f}]\n",
		  "line 1: rule 'a' was given before, in line 1" },
		{ "rules:\n- {id: a, class: b, nam: c, reason: d}\n",
		  "line 2: unknown key 'nam' (known here: id, class, name, email, path, reason, "
		  "matches, spares)" },
		{ RULE "assists: []\n", "line 3: 'assists' must hold 1 to 1000 rules, not 0" },
		{ RULE "assists:\n- {id: x, class: b, reason: r}\n", "line 4: key 'key' is missing" },
		{ RULE "assists:\n- {id: x, key: [], class: b, reason: r}\n", "line 4: rule 'x' has no 'key'" },
		{ RULE "assists:\n- {id: x, key: k, reason: r}\n",
		  "line 4: rule 'x' needs one of 'class' and 'pattern'" },
		{ RULE "assists:\n- {id: x, key: k, class: b, pattern: p, reason: r}\n",
		  "line 4: rule 'x' needs one of 'class' and 'pattern'" },
		{ RULE "assists:\n- {id: x, key: k, class: B, reason: r}\n",
		  "line 4: 'class' of rule 'x' is not a class: 'B' (use a-z and '-')" },
		{ RULE "assists:\n- {id: a, key: k, pattern: p, reason: r}\n",
		  "line 4: rule 'a' was given before, in line 2" },
		{ RULE "exports:\n- {id: x, key: k, reason: r}\n",
		  "line 4: rule 'x' does not say whose commits: give it 'class', 'name' or 'email'" },
		{ RULE "exports:\n- {id: x, key: [], class: b, reason: r}\n", "line 4: rule 'x' has no 'key'" },
		{ RULE "exports:\n- {id: x, key: k, class: [b, C], reason: r}\n",
		  "line 4: 'class' of rule 'x' is not a class: 'C' (use a-z and '-')" },
		{ RULE "exports:\n- {id: x, key: k, class: b, reason: r, path: p}\n",
		  "line 4: unknown key 'path' (known here: id, key, class, name, email, reason, matches, spares)" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct quarry_error err = QUARRY_ERROR_INIT;
		struct quarry_rules *rules = NULL;
		char *want = str_dupf("cannot read 'f.yaml': %s", cases[i].said);

		assert_int_equal(quarry_rules_parse(&rules, cases[i].text, strlen(cases[i].text),
						    "f.yaml", &err), QUARRY_EUSAGE);
		assert_null(rules);
		assert_string_equal(err.text, want);
		free(want);
	}
}

static void cases_and_further_lists_are_read(void **state)
{
	static const char text[] =
		"rules:\n- {id: a, class: b, name: c, reason: d, matches: ['C <c@x>', y], spares: [z]}\n"
		"assists:\n- {id: e, key: [K, L], pattern: p, reason: r}\n- {id: f, key: line, class: b, reason: r}\n"
		"exports:\n- {id: g, key: by, class: [h, i], name: n, email: m, reason: r, matches: [q]}\n";
	struct quarry_rules *rules = NULL;

	parse(&rules, text);
	assert_int_equal(rules->rules[0].cases.n_matches, 2);
	assert_string_equal(rules->rules[0].cases.matches[0], "C <c@x>");
	assert_int_equal(rules->rules[0].cases.n_spares, 1);
	assert_int_equal(rules->n_assists, 2);
	assert_int_equal(rules->assists[0].n_keys, 2);
	assert_string_equal(rules->assists[0].keys[1], "L");
	assert_string_equal(rules->assists[0].pattern, "p");
	assert_null(rules->assists[0].class);
	assert_int_equal(rules->assists[0].cases.n_matches, 0);
	assert_string_equal(rules->assists[1].keys[0], QUARRY_KEY_LINE);
	assert_string_equal(rules->assists[1].class, "b");
	assert_int_equal(rules->n_exports, 1);
	assert_string_equal(rules->exports[0].keys[0], QUARRY_KEY_BY);
	assert_int_equal(rules->exports[0].n_classes, 2);
	assert_string_equal(rules->exports[0].email, "m");
	assert_string_equal(rules->exports[0].cases.matches[0], "q");
	assert_int_equal(rules->exports[0].line, 7);
	quarry_rules_free(rules);
}

static void limits_of_rules_hold(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_rules *rules = NULL;
	struct str s = STR_INIT;

	str_adds(&s, "rules:\n");
	for (int i = 0; i < QUARRY_RULES_MAX; i++)
		str_addf(&s, "- {id: r%d, class: b, name: c, reason: d}\n", i);
	parse(&rules, s.buf);
	assert_int_equal(rules->n_rules, QUARRY_RULES_MAX);
	quarry_rules_free(rules);
	rules = NULL;
	str_adds(&s, "- {id: more, class: b, name: c, reason: d}\n");
	assert_int_equal(quarry_rules_parse(&rules, s.buf, s.len, "f.yaml", &err), QUARRY_EUSAGE);
	assert_non_null(strstr(err.text, "1 to 1000 rules, not 1001"));
	str_clear(&s);
	str_addf(&s, "rules: [{id: a, class: b, reason: d, name: %0*d}]\n", QUARRY_PATTERN_MAX + 1, 0);
	assert_int_equal(quarry_rules_parse(&rules, s.buf, s.len, "f.yaml", &err), QUARRY_EUSAGE);
	assert_non_null(strstr(err.text, "'name' is longer than 4096 bytes"));
	str_clear(&s);
	str_adds(&s, "rules: [{id: a, class: b, reason: d, name: x, spares: [y");
	for (int i = 1; i < QUARRY_CASES_MAX; i++)
		str_adds(&s, ",\ny");
	str_adds(&s, "]}]\n");
	parse(&rules, s.buf);
	assert_int_equal(rules->rules[0].cases.n_spares, QUARRY_CASES_MAX);
	quarry_rules_free(rules);
	rules = NULL;
	s.len -= 4;
	str_adds(&s, ",\ny]}]\n");
	assert_int_equal(quarry_rules_parse(&rules, s.buf, s.len, "f.yaml", &err), QUARRY_EUSAGE);
	assert_non_null(strstr(err.text, "line 101: rule 'a' has a list of 101 texts; 100 at most"));
	str_release(&s);
}

static void a_truncated_rule_file_never_crashes(void **state)
{
	static const char text[] = "rules:\n  - id: one\n    class: bot\n    name: \"\\x5bb\"\n"
				   "    reason: 'it''s'\n  - {id: two, class: c, path: [x], reason: |\n   y\n }\n";

	for (size_t len = 0; len <= strlen(text); len++) {
		struct quarry_error err = QUARRY_ERROR_INIT;
		struct quarry_rules *rules = NULL;
		char *copy = malloc(len + 1);

		assert_non_null(copy);
		memcpy(copy, text, len);
		if (quarry_rules_parse(&rules, copy, len, "f.yaml", &err))
			assert_string_not_equal(err.text, "");
		quarry_rules_free(rules);
		free(copy);
	}
}

static void the_first_rule_that_matches_decides(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_classifier *c = NULL;
	struct quarry_rules *rules = NULL;

	parse(&rules, "rules:\n"
		      "- {id: both, class: a, name: ^x$, email: ^y$, reason: r}\n"
		      "- {id: name, class: b, name: ^x$, reason: r}\n"
		      "- {id: email, class: c, email: ^y$, reason: r}\n"
		      "- {id: path, class: d, path: x, reason: r}\n");
	assert_int_equal(quarry_classifier_new(&c, rules, "f.yaml", &err), 0);
	assert_string_equal(quarry_classify_signature(c, "X", 1, "y", 1)->id, "both");
	assert_string_equal(quarry_classify_signature(c, "x", 1, "z", 1)->id, "name");
	assert_string_equal(quarry_classify_signature(c, "", 0, "Y", 1)->id, "email");
	assert_null(quarry_classify_signature(c, "xx", 2, NULL, 0));
	assert_string_equal(quarry_classify_path(c, "axb", 3)->id, "path");
	assert_null(quarry_classify_path(c, "y", 1));
	assert_int_equal(quarry_classifier_n_limits(c), 0);
	quarry_classifier_free(c);
	quarry_rules_free(rules);
}

static void a_bad_pattern_is_refused_by_rule_and_line(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_classifier *c = NULL;
	struct quarry_rules *rules = NULL;

	parse(&rules, "rules:\n- {id: good, class: a, name: x, reason: r}\n"
		      "- {id: bad, class: a, email: '(x', reason: r}\n");
	assert_int_equal(quarry_classifier_new(&c, rules, "f.yaml", &err), QUARRY_EUSAGE);
	assert_null(c);
	assert_string_equal(err.text, "cannot read 'f.yaml': line 3: rule 'bad': 'email': bad pattern: "
			    "missing closing parenthesis at offset 2");
	quarry_rules_free(rules);
}

static void a_bad_pattern_of_any_list_is_refused(void **state)
{
	static const struct { const char *text, *said; } cases[] = {
		{ RULE "assists:\n- {id: x, key: k, pattern: '(', reason: r}\n", "line 4: rule 'x': 'pattern': " },
		{ RULE "exports:\n- {id: x, key: k, name: '(', reason: r}\n", "line 4: rule 'x': 'name': " },
		{ RULE "exports:\n- {id: x, key: k, email: '(', reason: r}\n", "line 4: rule 'x': 'email': " },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct quarry_error err = QUARRY_ERROR_INIT;
		struct quarry_classifier *c = NULL;
		struct quarry_rules *rules = NULL;

		parse(&rules, cases[i].text);
		assert_int_equal(quarry_classifier_new(&c, rules, "f.yaml", &err), QUARRY_EUSAGE);
		assert_null(c);
		assert_non_null(strstr(err.text, cases[i].said));
		quarry_rules_free(rules);
	}
}

static void a_hostile_subject_is_given_up_and_counted(void **state)
{
	static const char subject[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_classifier *c = NULL;
	struct quarry_rules *rules = NULL;

	parse(&rules, "rules:\n- {id: slow, class: a, path: '(a+)+$', reason: r}\n"
		      "- {id: next, class: b, path: b$, reason: r}\n");
	assert_int_equal(quarry_classifier_new(&c, rules, "f.yaml", &err), 0);
	assert_string_equal(quarry_classify_path(c, subject, strlen(subject))->id, "next");
	assert_int_equal(quarry_classifier_n_limits(c), 1);
	quarry_classifier_free(c);
	quarry_rules_free(rules);
}

static void load_shipped(struct shipped *s, const char *name)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *path = str_dupf("%s/categories/rules/%s", SOURCE_ROOT, name), *text = NULL;
	size_t len = 0;

	assert_int_equal(file_read(&text, &len, path, 1 << 20, &err), 0);
	if (quarry_rules_parse(&s->rules, text, len, name, &err) ||
	    quarry_classifier_new(&s->classifier, s->rules, name, &err))
		fail_msg("%s", err.text);
	free(text);
	free(path);
}

static void release_shipped(struct shipped *s)
{
	assert_int_equal(quarry_classifier_n_limits(s->classifier), 0);
	quarry_classifier_free(s->classifier);
	quarry_rules_free(s->rules);
}

static const struct path { const char *path, *class; } paths[] = {
	{ "package-lock.json", "lock" }, { "web/yarn.lock", "lock" }, { "go.sum", "lock" },
	{ "Cargo.lock", "lock" }, { "uv.lock", "lock" }, { "vendor/go.sum", "lock" },
	{ "requirements_lock_3_11.txt", "lock" }, { "src/lock.c", "source" }, { "lib/yarn.lock.py", "source" },
	{ "api/lantern.pb.go", "generated" }, { "proto/x_pb2.py", "generated" },
	{ "proto/x_pb2_grpc.pyi", "generated" }, { "static/app.min.js", "generated" },
	{ "api/zz_generated.deepcopy.go", "generated" }, { "config/crd/bases/ray.io_rayjobs.yaml", "generated" },
	{ "src/__generated__/types.ts", "generated" }, { "tests/__snapshots__/a.ambr", "generated" },
	{ "docs/classcutlass_1_1Array.html", "generated" }, { "src/generated_code_reader.c", "source" },
	{ "x/admin.js", "source" }, { "tests/generated/evaluate.py", "test" },
	{ "vendor/k8s.io/api/doc.go", "vendored" }, { "third_party/x/y.cc", "vendored" },
	{ "python/3rdparty/a.h", "vendored" }, { "external/json/a.hpp", "vendored" },
	{ "third_party/x/tests/a_test.cc", "vendored" }, { "cmake/external/onnxruntime.cmake", "build" },
	{ "src/vendor_id.c", "source" }, { "src/vendors/amd.py", "source" }, { "src/external.c", "source" },
	{ "include/cute/numeric/half.hpp", "source" },
	{ "tests/test_ops.py", "test" }, { "src/ops_test.cc", "test" }, { "pkg/a_test.go", "test" },
	{ "web/app.spec.ts", "test" }, { "conftest.py", "test" }, { "src/FooTest.java", "test" },
	{ "src/latest.java", "source" }, { "src/Contest.java", "source" }, { "src/testing_utils.py", "source" },
	{ "src/attest.py", "source" }, { "tests/data/a.json", "test" }, { "op_tests/a.py", "test" },
	{ "latest/a.py", "source" }, { "src/contests/a.py", "source" }, { "pytest.ini", "test" },
	{ "tests/README.md", "test" }, { "testdata/x.bin", "test" }, { "src/request.py", "source" },
	{ "README.md", "docs" }, { "src/README.md", "docs" }, { "LICENSE", "docs" }, { "LICENSE-APACHE", "docs" },
	{ "docs/conf.py", "docs" }, { "docs/img/a.png", "docs" }, { "CHANGELOG", "docs" },
	{ "AUTHORS", "docs" }, { "src/history.py", "source" }, { "src/license.go", "source" },
	{ "install.sh", "source" }, { "src/security.py", "source" }, { "SECURITY.md", "docs" },
	{ ".github/workflows/README.md", "docs" }, { "mkdocs.yml", "docs" }, { "src/docstring.py", "source" },
	{ ".github/workflows/test_x.yml", "ci" }, { ".github/workflows/a.yml", "ci" },
	{ ".gitlab-ci.yml", "ci" }, { "Jenkinsfile", "ci" }, { ".buildkite/a.sh", "ci" }, { "ci/build.sh", "ci" },
	{ ".pre-commit-config.yaml", "ci" }, { "src/ci.py", "source" }, { "cicd.py", "source" },
	{ "CMakeLists.txt", "build" }, { "a/BUILD", "build" }, { "BUILD.bazel", "build" }, { "setup.py", "build" },
	{ "pyproject.toml", "build" }, { "Dockerfile.rocm", "build" }, { "docker/run.sh", "build" },
	{ "requirements/dev.txt", "data" }, { "requirements-dev.txt", "build" }, { "Makefile", "build" },
	{ "package.json", "build" }, { "go.mod", "build" }, { "meson.build", "build" }, { "a/b.bzl", "build" },
	{ "docker/client.py", "source" }, { "build.rs", "build" }, { "src/builder.py", "source" },
	{ "src/setup_utils.py", "source" }, { "tsconfig.json", "build" },
	{ ".gitignore", "config" }, { ".github/CODEOWNERS", "config" }, { "CODEOWNERS", "config" },
	{ "configs/a.yaml", "config" }, { "a.toml", "config" }, { ".clang-format", "config" },
	{ "tasks/_default_template_yaml", "config" }, { "src/config.py", "source" },
	{ "a/b.json", "data" }, { "a.csv", "data" }, { "logo.png", "data" }, { "model.onnx", "data" },
	{ "kernel.co", "data" }, { "a.txt", "data" },
	{ "src/main.c", "source" }, { "a/kernel.CU", "source" }, { "a.py", "source" }, { "a.ipynb", "source" },
	{ "web/index.html", "source" }, { "a.proto", "source" }, { "run.sh", "source" }, { "a.mlir", "source" },
	{ "x/a.h.in", "source" },
	{ "somefile", "other" }, { "src/xrt", "other" }, { "a.unknownext", "other" }, { "", "other" },
};

static void the_shipped_rules_know_what_a_path_is(void **state)
{
	struct shipped s = { 0 };

	load_shipped(&s, "paths.yaml");
	for (size_t i = 0; i < N(paths); i++) {
		const struct quarry_rule *r = quarry_classify_path(s.classifier, paths[i].path,
								   strlen(paths[i].path));
		const char *class = r ? r->class : "other";

		if (strcmp(class, paths[i].class) != 0)
			fail_msg("'%s' is %s by '%s', not %s", paths[i].path, class,
				 r ? r->id : "no rule", paths[i].class);
	}
	release_shipped(&s);
}

/* The order is a promise of the manual: first match wins over the classes as listed. */
static void the_shipped_path_classes_stand_in_order(void **state)
{
	static const char *const order[] = { "lock", "generated", "vendored", "test", "docs", "ci",
					     "build", "config", "data", "source" };
	struct shipped s = { 0 };
	size_t at = 0;

	load_shipped(&s, "paths.yaml");
	for (size_t i = 0; i < s.rules->n_rules; i++) {
		while (at < N(order) && strcmp(order[at], s.rules->rules[i].class) != 0)
			at++;
		if (at == N(order))
			fail_msg("rule '%s' stands out of order", s.rules->rules[i].id);
	}
	release_shipped(&s);
}

/* Blocks of the manual whose first line is `# signatures.yaml` or `# paths.yaml`. */
static void the_examples_of_the_manual_are_read(void **state)
{
	static const char *const heads[] = { "```yaml\n# signatures.yaml\n", "```yaml\n# paths.yaml\n" };
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *text = NULL;
	size_t len = 0;

	assert_int_equal(file_read(&text, &len, SOURCE_ROOT "/categories/README.md", 1 << 20, &err), 0);
	for (size_t i = 0; i < N(heads); i++) {
		struct quarry_classifier *c = NULL;
		struct quarry_rules *rules = NULL;
		char *at = strstr(text, heads[i]), *end, *block;

		assert_non_null(at);
		at += strlen(heads[i]);
		end = strstr(at, "```\n");
		assert_non_null(end);
		block = str_dupf("%.*s", (int)(end - at), at);
		parse(&rules, block);
		assert_int_equal(quarry_classifier_new(&c, rules, "README.md", &err), 0);
		quarry_classifier_free(c);
		quarry_rules_free(rules);
		free(block);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_file_is_read_in_order),
		cmocka_unit_test(a_mistake_in_a_rule_is_named),
		cmocka_unit_test(cases_and_further_lists_are_read),
		cmocka_unit_test(limits_of_rules_hold),
		cmocka_unit_test(a_truncated_rule_file_never_crashes),
		cmocka_unit_test(the_first_rule_that_matches_decides),
		cmocka_unit_test(a_bad_pattern_is_refused_by_rule_and_line),
		cmocka_unit_test(a_bad_pattern_of_any_list_is_refused),
		cmocka_unit_test(a_hostile_subject_is_given_up_and_counted),
		cmocka_unit_test(the_shipped_rules_know_what_a_path_is),
		cmocka_unit_test(the_shipped_path_classes_stand_in_order),
		cmocka_unit_test(the_examples_of_the_manual_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
