#include "cli/amount.h"

#include <inttypes.h>
#include <string.h>

#include "util/banned.h"

static void add_count(struct str *out, uint64_t n, const char *unit)
{
	size_t len = strlen(unit);

	if (n == 1 && len && unit[len - 1] == 's')
		len--;
	str_addf(out, "%" PRIu64 "%s%.*s", n, len ? " " : "", (int)len, unit);
}

void amount_add(struct str *out, uint64_t amount, const char *unit)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double value = (double)amount / 1024;
	size_t i = 0;

	if (strcmp(unit, "bytes") || amount < 1024) {
		add_count(out, amount, unit);
		return;
	}
	/* 1023.95 would be printed as 1024.0. */
	for (; value >= 1023.95 && i + 1 < sizeof(units) / sizeof(units[0]); i++)
		value /= 1024;
	str_addf(out, "%.1f %s", value, units[i]);
}

void amount_add_duration(struct str *out, int64_t seconds)
{
	if (seconds >= 3600)
		str_addf(out, "%" PRId64 ":%02d:%02d", seconds / 3600, (int)(seconds / 60 % 60),
			 (int)(seconds % 60));
	else
		str_addf(out, "%d:%02d", (int)(seconds / 60), (int)(seconds % 60));
}
