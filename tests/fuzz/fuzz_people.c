/* A people.yaml. */
#include "fuzz_people.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_people *p = NULL;

	if (quarry_people_parse(&p, (const char *)data, size, "input", &err)) {
		MUST(!p && err.text[0]);
		return 0;
	}
	claim_round_trip(p);
	quarry_people_free(p);
	return 0;
}
