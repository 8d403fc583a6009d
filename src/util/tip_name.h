/*
 * Files in the root of a tip's tree that say who and what a project is: fetch brings
 * them, mine reads them.
 */
#ifndef QUARRY_UTIL_TIP_NAME_H
#define QUARRY_UTIL_TIP_NAME_H

#include <stdbool.h>

/* .mailmap and .gitattributes, which every figure needs. */
bool tip_name_is_needed(const char *name);

/* README in any spelling, and the manifests of build systems and package managers. */
bool tip_name_tells(const char *name);

#endif
