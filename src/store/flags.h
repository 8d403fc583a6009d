/*
 * The names under which flags of a repository are stored.
 */
#ifndef QUARRY_STORE_FLAGS_H
#define QUARRY_STORE_FLAGS_H

#include "store/store.h"

extern const char *const store_flag_names[QUARRY_FLAG_N];

#endif
