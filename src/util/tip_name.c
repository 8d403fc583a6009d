#include "util/tip_name.h"

#include <stddef.h>
#include <string.h>

#include "util/ascii.h"
#include "util/banned.h"

/* People and paths: git reads them by exactly these names. */
static const char *const needed[] = { ".gitattributes", ".mailmap" };

/* What a project is made of and for. */
static const char *const manifests[] = {
	"BUILD.bazel", "CMakeLists.txt", "Cargo.toml", "Gemfile", "MODULE.bazel", "Makefile",
	"Package.swift", "Project.toml", "WORKSPACE", "build.gradle", "build.gradle.kts",
	"build.zig.zon", "composer.json", "go.mod", "meson.build", "mix.exs", "package.json",
	"pom.xml", "pyproject.toml", "requirements.txt", "setup.cfg", "setup.py",
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool is_among(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(name, list[i]))
			return true;
	return false;
}

bool tip_name_is_needed(const char *name)
{
	return is_among(name, needed, COUNT(needed));
}

bool tip_name_tells(const char *name)
{
	return is_among(name, manifests, COUNT(manifests)) ||
	       !ascii_ncasecmp(name, "README", strlen("README"));
}
