/*
 * Files read whole with a limit, and written so that a reader never sees half
 * of one: to a temporary name in the same folder, synced, then renamed.
 */
#ifndef QUARRY_UTIL_FILE_H
#define QUARRY_UTIL_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "quarry/error.h"

/* Read a regular file of at most `limit` bytes; *out is NUL-terminated and
 * to be freed. QUARRY_ENOTFOUND when there is no such file. */
int file_read(char **out, size_t *len, const char *path, size_t limit, struct quarry_error *err);

/* Write a file whole, or leave what was there. */
int file_write(const char *path, const char *data, size_t len, struct quarry_error *err);

/* mkdir -p; an existing folder is fine. */
int file_mkdirs(const char *path, struct quarry_error *err);

/* Remove a file or a folder with all in it; a missing one is fine. */
int file_remove_tree(const char *path, struct quarry_error *err);

bool file_is_dir(const char *path);

#endif
