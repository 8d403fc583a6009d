/*
 * Calls that may not be used here, made compile errors.  Each has a bounded,
 * reentrant or checkable counterpart.  Include it after the system headers.
 */
#ifndef QUARRY_UTIL_BANNED_H
#define QUARRY_UTIL_BANNED_H

#define QUARRY_BANNED(func) sorry_##func##_is_a_banned_function

#undef strcpy
#define strcpy(x, y) QUARRY_BANNED(strcpy)
#undef strcat
#define strcat(x, y) QUARRY_BANNED(strcat)
#undef strncpy
#define strncpy(x, y, n) QUARRY_BANNED(strncpy)
#undef strncat
#define strncat(x, y, n) QUARRY_BANNED(strncat)
#undef strtok
#define strtok(x, y) QUARRY_BANNED(strtok)
#undef sprintf
#define sprintf(...) QUARRY_BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) QUARRY_BANNED(vsprintf)
#undef gmtime
#define gmtime(t) QUARRY_BANNED(gmtime)
#undef localtime
#define localtime(t) QUARRY_BANNED(localtime)
#undef atoi
#define atoi(s) QUARRY_BANNED(atoi)
/* These ask the locale: util/ascii.h does not. */
#undef strcasecmp
#define strcasecmp(x, y) QUARRY_BANNED(strcasecmp)
#undef strncasecmp
#define strncasecmp(x, y, n) QUARRY_BANNED(strncasecmp)
#undef strcasestr
#define strcasestr(x, y) QUARRY_BANNED(strcasestr)
#undef tolower
#define tolower(c) QUARRY_BANNED(tolower)
#undef toupper
#define toupper(c) QUARRY_BANNED(toupper)

#endif
