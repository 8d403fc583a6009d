#include "quarry/quarter.h"

#include <stdio.h>
#include <string.h>

#include "util/banned.h"

#define DAY_S 86400

/*
 * Days and civil dates after the proleptic Gregorian calendar, valid for every
 * int64 second: the era arithmetic of 400-year cycles of 146,097 days, counted
 * from 0000-03-01 so that the leap day ends its year.
 */
static int64_t days_of(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

static void civil_of(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = yoe + era * 400 + (*month <= 2);
}

static int64_t day_number(int64_t time_s)
{
	return time_s / DAY_S - (time_s % DAY_S < 0);
}

int32_t quarry_quarter_of(int64_t time_s)
{
	int64_t year, q;
	int month, day;

	civil_of(day_number(time_s), &year, &month, &day);
	q = year * 4 + (month - 1) / 3;
	if (q > INT32_MAX)
		return INT32_MAX;
	return q <= QUARRY_QUARTER_NONE ? QUARRY_QUARTER_NONE + 1 : (int32_t)q;
}

int64_t quarry_quarter_start(int32_t quarter)
{
	int64_t year = quarter / 4 - (quarter % 4 < 0);
	int part = (int)(quarter - year * 4);

	return days_of(year, part * 3 + 1, 1) * DAY_S;
}

int quarry_quarter_bin(int32_t quarter, int64_t time_s)
{
	int64_t bin = (time_s - quarry_quarter_start(quarter)) / (7 * DAY_S);

	return bin > QUARRY_QUARTER_BINS - 1 ? QUARRY_QUARTER_BINS - 1 : (int)bin;
}

int quarry_quarter_parse(int32_t *out, const char *text)
{
	int year = 0;

	if (!text || strlen(text) != 6)
		return -1;
	for (int i = 0; i < 4; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		year = year * 10 + (text[i] - '0');
	}
	if ((text[4] != 'Q' && text[4] != 'q') || text[5] < '1' || text[5] > '4')
		return -1;
	*out = year * 4 + (text[5] - '1');
	return 0;
}

char *quarry_quarter_format(char buf[QUARRY_QUARTER_TEXT], int32_t quarter)
{
	int32_t year = quarter / 4 - (quarter % 4 < 0);

	(void)snprintf(buf, QUARRY_QUARTER_TEXT, "%04dQ%d", year, quarter - year * 4 + 1);
	return buf;
}

char *quarry_date_format(char *buf, size_t size, int64_t time_s)
{
	int64_t year;
	int month, day;

	civil_of(day_number(time_s), &year, &month, &day);
	(void)snprintf(buf, size, "%04lld-%02d-%02d", (long long)year, month, day);
	return buf;
}

char *quarry_time_format(char *buf, size_t size, int64_t time_s)
{
	char date[32];
	int64_t in_day = time_s - day_number(time_s) * DAY_S;

	quarry_date_format(date, sizeof(date), time_s);
	(void)snprintf(buf, size, "%sT%02d:%02d:%02dZ", date, (int)(in_day / 3600),
		       (int)(in_day / 60 % 60), (int)(in_day % 60));
	return buf;
}
