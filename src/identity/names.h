/* Full names so common that they do not tell one person from another. */
#ifndef QUARRY_IDENTITY_NAMES_H
#define QUARRY_IDENTITY_NAMES_H

#include <stdbool.h>

/* `folded` is a name as utf8_fold gives it; two words match in either order. */
bool name_is_common(const char *folded);

#endif
