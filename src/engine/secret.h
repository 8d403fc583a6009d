/*
 * The key of the pseudonyms: a file beside the store, which only its owner can read.
 */
#ifndef QUARRY_ENGINE_SECRET_H
#define QUARRY_ENGINE_SECRET_H

#include "quarry/error.h"

#define SECRET_SIZE 32

/*
 * Read the key in the file `path`; where there is none make one, of random bytes.  Two
 * processes that do so at once get the same one.  Refused is a key that others may read,
 * or of another size.
 */
int secret_load(unsigned char key[SECRET_SIZE], const char *path, struct quarry_error *err);

/* The path of the key of a store, through symbolic links; to be freed, NULL without memory. */
char *secret_path(const char *store);

#endif
