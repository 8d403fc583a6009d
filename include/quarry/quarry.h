/**
 * quarry: mine git histories quarter by quarter, and tell who builds what.
 *
 *	config -> fetch -> mine -> store -> identity -> classify -> aggregate -> report
 *	                  (facts)  (derived: dropped and rebuilt at will)
 *
 * The headers, in the order of the flow:
 *
 *	error.h      how a call fails                     log.h    messages on the way
 *	quarter.h    quarters as integers
 *	universe.h   what to mine, and how it is grouped  rules.h  rule files
 *	people.h     what people say of people
 *	fetch.h      bring one repository
 *	history.h    the facts that one history holds     mine.h   read them
 *	store.h      keep them: one SQLite file
 *	identity.h   which signatures are one person
 *	classify.h   who is a bot, what is a vendored path
 *	affiliation.h for whom an e-mail says that its owner works
 *	aggregate.h  every figure of docs/metrics.md
 *	edition.h    the figures of one report            report.h write it
 *	dossier.h    why signatures are one person
 *	engine.h     the flow, one call a step
 *
 * Facts come from histories and are costly; everything else is derived from them
 * in seconds, so that a corrected rule, .mailmap or taxonomy never needs mining
 * again.  docs/architecture.md is the map, docs/metrics.md says what each number
 * means.
 */
#ifndef QUARRY_QUARRY_H
#define QUARRY_QUARRY_H

#include "quarry/affiliation.h"
#include "quarry/aggregate.h"
#include "quarry/classify.h"
#include "quarry/dossier.h"
#include "quarry/edition.h"
#include "quarry/engine.h"
#include "quarry/error.h"
#include "quarry/fetch.h"
#include "quarry/history.h"
#include "quarry/identity.h"
#include "quarry/log.h"
#include "quarry/mine.h"
#include "quarry/people.h"
#include "quarry/quarter.h"
#include "quarry/report.h"
#include "quarry/rules.h"
#include "quarry/store.h"
#include "quarry/universe.h"

#define QUARRY_VERSION "0.1.0"

#endif
