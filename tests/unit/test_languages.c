/* Languages: parsing their file, telling them, and the verdicts of the shipped one. */
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
#include "util/str.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

struct shipped {
	struct quarry_languages *languages;
	struct quarry_linguist *linguist;
};

static void load(struct shipped *s, const char *text, size_t len)
{
	struct quarry_error err = QUARRY_ERROR_INIT;

	if (quarry_languages_parse(&s->languages, text, len, "f.yaml", &err) ||
	    quarry_linguist_new(&s->linguist, s->languages, &err))
		fail_msg("%s", err.text);
}

static void load_shipped(struct shipped *s)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *text = NULL;
	size_t len = 0;

	assert_int_equal(file_read(&text, &len, SOURCE_ROOT "/categories/rules/languages.yaml", 1 << 20,
				   &err), 0);
	load(s, text, len);
	free(text);
}

static void release(struct shipped *s)
{
	quarry_linguist_free(s->linguist);
	quarry_languages_free(s->languages);
}

static const char *tell(const struct shipped *s, const char *path, size_t len)
{
	const struct quarry_language *l = quarry_linguist_tell(s->linguist, path, len);

	return l ? l->name : "";
}

static void a_file_of_languages_is_read(void **state)
{
	static const char text[] =
		"languages:\n"
		"  - name: C++\n    endings: [.cc, .hh]\n"
		"  - {name: Makefile, files: [makefile, gnumakefile], endings: [.mk]}\n";
	struct shipped s = { 0 };

	load(&s, text, strlen(text));
	assert_int_equal(s.languages->n_languages, 2);
	assert_string_equal(s.languages->languages[0].name, "C++");
	assert_int_equal(s.languages->languages[0].n_endings, 2);
	assert_int_equal(s.languages->languages[0].n_files, 0);
	assert_string_equal(s.languages->languages[0].endings[1], ".hh");
	assert_int_equal(s.languages->languages[1].line, 4);
	assert_string_equal(s.languages->languages[1].files[1], "gnumakefile");
	release(&s);
}

static void a_mistake_in_a_language_is_named(void **state)
{
	static const struct { const char *text, *says; } cases[] = {
		{ "languages: []\n", "'languages' must hold 1 to 1000 languages, not 0" },
		{ "rules: []\n", "'rules'" },
		{ "languages:\n  - {name: C}\n", "line 2: language 'C' has neither 'endings' nor 'files'" },
		{ "languages:\n  - {endings: [.c]}\n", "'name'" },
		{ "languages:\n  - {name: C, endings: [c]}\n", "line 2: 'c' is no ending" },
		{ "languages:\n  - {name: C, endings: [.]}\n", "line 2: '.' is no ending" },
		{ "languages:\n  - {name: C, endings: [.C]}\n", "line 2: '.C' is no ending" },
		{ "languages:\n  - {name: C, endings: [.a/b]}\n", "line 2: '.a/b' is no ending" },
		{ "languages:\n  - {name: C, files: [Makefile]}\n", "line 2: 'Makefile' is no file" },
		{ "languages:\n  - {name: C, files: [a/b]}\n", "line 2: 'a/b' is no file" },
		{ "languages:\n  - {name: C, endings: [.c]}\n  - {name: D, endings: [.c]}\n",
		  "line 3: '.c' was given before, in line 2" },
		{ "languages:\n  - {name: C, endings: [.c, .c]}\n", "line 2: '.c' was given before, in line 2" },
		{ "languages:\n  - {name: C, files: [x]}\n  - {name: D, files: [x]}\n",
		  "line 3: 'x' was given before, in line 2" },
		{ "languages:\n  - {name: C, endings: [.c]}\n  - {name: C, endings: [.d]}\n",
		  "line 3: 'C' was given before, in line 2" },
		{ "languages:\n  - {name: C, endings: [.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaa]}\n", "line 2" },
		{ "languages:\n  - {name: C, endings: [.c], class: x}\n", "'class'" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct quarry_error err = QUARRY_ERROR_INIT;
		struct quarry_languages *l = NULL;
		int rc = quarry_languages_parse(&l, cases[i].text, strlen(cases[i].text), "f.yaml", &err);

		assert_null(l);
		if (rc != QUARRY_EUSAGE || !strstr(err.text, "'f.yaml'") || !strstr(err.text, cases[i].says))
			fail_msg("%d '%s', not '%s'", rc, err.text, cases[i].says);
	}
}

static void a_truncated_file_of_languages_never_crashes(void **state)
{
	static const char text[] = "languages:\n  - {name: C, endings: [.c, .h], files: [x]}\n"
				   "  - name: D\n    files: [y]\n";

	for (size_t len = 0; len < sizeof(text); len++) {
		struct quarry_error err = QUARRY_ERROR_INIT;
		struct quarry_languages *l = NULL;
		char *copy = malloc(len + 1);

		assert_non_null(copy);
		memcpy(copy, text, len);
		if (quarry_languages_parse(&l, copy, len, "f.yaml", &err))
			assert_string_not_equal(err.text, "");
		quarry_languages_free(l);
		free(copy);
	}
}

static void the_whole_name_comes_before_the_ending_before_the_beginning(void **state)
{
	static const char text[] =
		"languages:\n"
		"  - {name: A, endings: [.a, .a.b], files: [whole.b, stem]}\n"
		"  - {name: B, endings: [.b]}\n";
	static const struct { const char *path, *language; } cases[] = {
		{ "whole.b", "A" }, { "x/WHOLE.B", "A" }, { "other.b", "B" }, { "x.a.b", "A" },
		{ "x.c.b", "B" }, { "x.a.c", "" }, { "stem", "A" }, { "stem.c", "A" }, { "stem.c.d", "A" },
		{ "stem.b", "B" }, { "x/stem.c", "A" }, { "stem/c", "" }, { "a", "" }, { ".a", "A" },
		{ "", "" }, { ".", "" }, { "/", "" }, { "x.b/", "" }, { "x.b/y", "" }, { "x..b", "B" },
	};
	struct shipped s = { 0 };
	char longest[300];

	load(&s, text, strlen(text));
	for (size_t i = 0; i < N(cases); i++)
		assert_string_equal(tell(&s, cases[i].path, strlen(cases[i].path)), cases[i].language);
	for (size_t len = 2; len <= sizeof(longest); len++) {
		memset(longest, 'x', sizeof(longest));
		memcpy(longest + len - 2, ".b", 2);
		assert_string_equal(tell(&s, longest, len), "B");
		memcpy(longest, "stem.", len < 7 ? 0 : 5);
		assert_string_equal(tell(&s, longest, len), "B");
	}
	assert_string_equal(tell(&s, "a\0.b", 4), "B");
	release(&s);
}

/* Each language of the shipped file has an example here. */
static const struct { const char *path, *language; } paths[] = {
	{ "a.adb", "Ada" }, { "a.asm", "Assembly" }, { "a.awk", "Awk" }, { "a.bat", "Batchfile" },
	{ "src/a.c", "C" }, { "a.h", "C" }, { "config.h.in", "C" }, { "a.cs", "C#" }, { "a.cc", "C++" },
	{ "a.hpp", "C++" }, { "A.CPP", "C++" }, { "a.clj", "Clojure" }, { "a.lisp", "Common Lisp" },
	{ "kernels/a.cu", "Cuda" }, { "a.cuh", "Cuda" }, { "a.pyx", "Cython" }, { "a.d", "D" },
	{ "a.dart", "Dart" }, { "a.ex", "Elixir" }, { "a.edn", "edn" }, { "a.el", "Emacs Lisp" },
	{ "a.erl", "Erlang" }, { "a.fs", "F#" }, { "a.f", "Fortran" }, { "a.f90", "Fortran Free Form" },
	{ "a.glsl", "GLSL" }, { "a.go", "Go" }, { "Jenkinsfile", "Groovy" }, { "a.hip", "HIP" },
	{ "a.hlsl", "HLSL" }, { "a.hs", "Haskell" }, { "A.java", "Java" }, { "a.js", "JavaScript" },
	{ "a.test.mjs", "JavaScript" }, { "a.jl", "Julia" }, { "nb/a.ipynb", "Jupyter Notebook" },
	{ "build.gradle.kts", "Kotlin" }, { "a.ll", "LLVM" }, { "a.lean", "Lean" }, { "a.lua", "Lua" },
	{ "a.mlir", "MLIR" }, { "a.metal", "Metal" }, { "a.mojo", "Mojo" }, { "a.nim", "Nim" },
	{ "a.ml", "OCaml" }, { "a.m", "Objective-C" }, { "a.mm", "Objective-C++" }, { "a.cl", "OpenCL" },
	{ "a.php", "PHP" }, { "a.pl", "Perl" }, { "a.ps1", "PowerShell" }, { "a.py", "Python" },
	{ "a.pyi", "Python" }, { "SConstruct", "Python" }, { "a.R", "R" }, { "a.rb", "Ruby" },
	{ "Gemfile", "Ruby" }, { "build.rs", "Rust" }, { "a.scala", "Scala" }, { "a.scm", "Scheme" },
	{ "run.sh", "Shell" }, { "gradlew", "Shell" }, { "gradlew.bat", "Batchfile" }, { "a.st", "Smalltalk" },
	{ "a.sol", "Solidity" }, { "a.sql", "SQL" }, { "BUILD", "Starlark" }, { "BUILD.bazel", "Starlark" },
	{ "build.xml", "XML" }, { "a.bzl", "Starlark" }, { "a.swift", "Swift" }, { "a.sv", "SystemVerilog" },
	{ "a.td", "TableGen" }, { "a.tcl", "Tcl" }, { "a.ts", "TypeScript" }, { "a.d.ts", "TypeScript" },
	{ "a.tsx", "TSX" }, { "a.S", "Unix Assembly" }, { "a.vhd", "VHDL" }, { "a.v", "Verilog" },
	{ "a.wgsl", "WGSL" }, { "a.wat", "WebAssembly" }, { "a.zig", "Zig" }, { "a.css", "CSS" },
	{ "a.html", "HTML" }, { "a.yaml.j2", "Jinja" }, { "a.less", "Less" }, { "a.scss", "SCSS" },
	{ "a.svg", "SVG" }, { "a.svelte", "Svelte" }, { "a.vue", "Vue" }, { "a.g4", "ANTLR" },
	{ "a.capnp", "Cap'n Proto" }, { "a.fbs", "FlatBuffers" }, { "a.graphql", "GraphQL" },
	{ "a.proto", "Protocol Buffer" }, { "config.pbtxt", "Protocol Buffer Text Format" },
	{ "a.thrift", "Thrift" }, { "x/CMakeLists.txt", "CMake" }, { "a.cmake", "CMake" },
	{ "Dockerfile", "Dockerfile" }, { "docker/Dockerfile.rocm", "Dockerfile" },
	{ "cuda.Dockerfile", "Dockerfile" }, { "a.gn", "GN" }, { "go.sum", "Go Checksums" },
	{ "go.mod", "Go Module" }, { "go.work", "Go Workspace" }, { "build.gradle", "Gradle" },
	{ "main.tf", "HCL" }, { "a.jsonnet", "Jsonnet" }, { "justfile", "Just" }, { "a.lds", "Linker Script" },
	{ "a.m4", "M4" }, { "configure.ac", "M4Sugar" }, { "Makefile", "Makefile" },
	{ "Makefile.inc", "Makefile" }, { "a.mk", "Makefile" }, { "meson.build", "Meson" },
	{ "a.ninja", "Ninja" }, { "flake.nix", "Nix" }, { "requirements.txt", "Pip Requirements" },
	{ "a.csv", "CSV" }, { "setup.cfg", "INI" }, { ".gitignore", "Ignore List" }, { "a.json", "JSON" },
	{ "tsconfig.json", "JSON with Comments" }, { "a.json5", "JSON5" }, { "a.properties", "Java Properties" },
	{ "pyproject.toml", "TOML" }, { "Cargo.lock", "TOML" }, { "a.tsv", "TSV" }, { "a.xml", "XML" },
	{ "Info.plist", "XML Property List" }, { ".github/workflows/a.yml", "YAML" },
	{ ".clang-format", "YAML" }, { "a.adoc", "AsciiDoc" }, { "README.md", "Markdown" },
	{ "a.org", "Org" }, { "a.man", "Roff" }, { "a.tex", "TeX" }, { "a.bib", "BibTeX" },
	{ "notes.txt", "Text" }, { "LICENSE", "Text" }, { "LICENSE.md", "Markdown" }, { "CODEOWNERS", "CODEOWNERS" },
	{ "index.rst", "reStructuredText" },
	/* None, and rather none than a wrong one. */
	{ "logo.png", "" }, { "a.bin", "" }, { "a.inc", "" }, { "somefile", "" }, { "c", "" }, { "py", "" },
	{ "a.py.orig", "" }, { "a.c/b", "" }, { "model.safetensors", "" }, { "", "" },
};

static void the_shipped_file_knows_what_a_path_is_written_in(void **state)
{
	struct shipped s = { 0 };

	load_shipped(&s);
	for (size_t i = 0; i < N(paths); i++) {
		const char *language = tell(&s, paths[i].path, strlen(paths[i].path));

		if (strcmp(language, paths[i].language) != 0)
			fail_msg("'%s' is '%s', not '%s'", paths[i].path, language, paths[i].language);
	}
	for (size_t i = 0; i < s.languages->n_languages; i++) {
		size_t j = 0;

		while (j < N(paths) && strcmp(paths[j].language, s.languages->languages[i].name) != 0)
			j++;
		if (j == N(paths))
			fail_msg("'%s' has no example", s.languages->languages[i].name);
	}
	release(&s);
}

static void the_example_of_the_manual_is_read(void **state)
{
	static const char head[] = "```yaml\nlanguages:\n";
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct shipped s = { 0 };
	char *text = NULL, *at, *end;
	size_t len = 0;

	assert_int_equal(file_read(&text, &len, SOURCE_ROOT "/categories/README.md", 1 << 20, &err), 0);
	at = strstr(text, head);
	assert_non_null(at);
	at += strlen("```yaml\n");
	end = strstr(at, "```\n");
	assert_non_null(end);
	load(&s, at, (size_t)(end - at));
	release(&s);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_of_languages_is_read),
		cmocka_unit_test(a_mistake_in_a_language_is_named),
		cmocka_unit_test(a_truncated_file_of_languages_never_crashes),
		cmocka_unit_test(the_whole_name_comes_before_the_ending_before_the_beginning),
		cmocka_unit_test(the_shipped_file_knows_what_a_path_is_written_in),
		cmocka_unit_test(the_example_of_the_manual_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
