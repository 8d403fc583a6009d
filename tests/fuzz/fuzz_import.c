/* A letter for the format, m, g or s, then a file of it. */
#include "fuzz_people.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_people *p = NULL;
	enum quarry_people_format format;

	if (!size)
		return 0;
	format = data[0] == 'm' ? QUARRY_PEOPLE_MAILMAP :
		 data[0] == 'g' ? QUARRY_PEOPLE_GITDM : QUARRY_PEOPLE_SORTINGHAT;
	if (quarry_people_import(&p, format, (const char *)data + 1, size - 1, "input", &err)) {
		MUST(!p && err.text[0]);
		return 0;
	}
	claim_round_trip(p);
	quarry_people_free(p);
	return 0;
}
