/**
 * Messages about the course of the work: not results, and not errors, which
 * are returned.  The library never prints: it calls the function in a
 * struct quarry_log, which the program fills.
 *
 * Thread rule: quarry calls `fn` from any worker thread; it must lock for
 * itself.  A NULL struct quarry_log or NULL fn means silence.
 */
#ifndef QUARRY_LOG_H
#define QUARRY_LOG_H

enum quarry_log_level {
	QUARRY_LOG_WARNING, /**< the figures may be affected */
	QUARRY_LOG_INFO,    /**< one line a step */
	QUARRY_LOG_DEBUG,   /**< one line a repository */
};

struct quarry_log {
	enum quarry_log_level level; /**< messages above it are not built */
	void (*fn)(void *payload, enum quarry_log_level level, const char *text);
	void *payload;
};

void quarry_log_say(const struct quarry_log *log, enum quarry_log_level level,
		    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
