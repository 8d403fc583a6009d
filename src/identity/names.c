#include "identity/names.h"

#include <stddef.h>
#include <string.h>

#include "util/banned.h"

/*
 * Well-known common names, folded.  A list, not a statistic: it stops the L4
 * link where two strangers in one large repository are likely.  An entry
 * belongs here when thousands of people bear it, or when nobody does.
 */
static const char *const common[] = {
	/* Chinese, in Pinyin: the commonest surnames with one-syllable given names */
	"wei wang", "fang wang", "jing wang", "jun wang", "lei wang", "li wang", "min wang",
	"peng wang", "tao wang", "xin wang", "yan wang", "yang wang", "yi wang", "yu wang",
	"jie wang", "wei li", "jing li", "jun li", "lei li", "min li", "na li", "peng li",
	"qiang li", "tao li", "xin li", "yan li", "yang li", "yi li", "wei zhang", "jie zhang",
	"jing zhang", "jun zhang", "lei zhang", "li zhang", "min zhang", "peng zhang",
	"tao zhang", "xin zhang", "yan zhang", "yang zhang", "yi zhang", "yu zhang",
	"wei liu", "jie liu", "jun liu", "yan liu", "yang liu", "yi liu", "yu liu", "tao liu",
	"wei chen", "jie chen", "jing chen", "jun chen", "lei chen", "li chen", "yang chen",
	"yi chen", "yu chen", "wei yang", "jing yang", "yi yang", "wei huang", "wei zhao",
	"lei zhao", "wei wu", "jun wu", "wei zhou", "jie zhou", "wei xu", "jie xu", "lei xu",
	"wei sun", "wei lin", "wei zhu", "wei he", "wei guo", "wei hu", "jun ma",
	/* Korean */
	"ji-hoon kim", "jihoon kim", "ji-hye kim", "min-jun kim", "minjun kim", "min-su kim",
	"minsu kim", "seung-hyun kim", "sung-min kim", "sungmin kim", "young kim",
	"young-ho kim", "david kim", "daniel kim", "ji-hoon lee", "jihoon lee", "min-ho lee",
	"minho lee", "sang-hoon lee", "david lee", "daniel lee", "john lee", "michael lee",
	"kevin lee", "ji-hoon park", "jihoon park", "david park",
	/* English */
	"james smith", "john smith", "david smith", "michael smith", "robert smith",
	"william smith", "mary smith", "chris smith", "paul smith", "mark smith",
	"james johnson", "john johnson", "david johnson", "michael johnson", "robert johnson",
	"chris johnson", "james williams", "john williams", "david williams",
	"michael williams", "james brown", "john brown", "david brown", "michael brown",
	"chris brown", "david jones", "john jones", "michael jones", "david miller",
	"john miller", "michael miller", "james davis", "john davis", "michael davis",
	"john wilson", "david wilson", "david taylor", "david chen", "kevin chen",
	"david wang", "eric wang", "kevin wang", "david li", "david liu", "kevin liu",
	"david zhang", "eric zhang", "kevin zhang",
	/* Indian */
	"amit kumar", "anil kumar", "ashish kumar", "deepak kumar", "manish kumar",
	"rahul kumar", "rajesh kumar", "rakesh kumar", "ravi kumar", "sandeep kumar",
	"sanjay kumar", "sunil kumar", "vijay kumar", "amit sharma", "rahul sharma",
	"rohit sharma", "amit singh", "rahul singh", "rohit singh", "amit gupta",
	"rahul gupta", "amit patel", "raj patel",
	/* Spanish and Portuguese */
	"jose garcia", "josé garcía", "juan garcia", "juan garcía", "antonio garcia",
	"antonio garcía", "carlos garcia", "carlos garcía", "david garcia", "david garcía",
	"jose rodriguez", "josé rodríguez", "juan rodriguez", "juan rodríguez",
	"carlos rodriguez", "carlos rodríguez", "jose martinez", "josé martínez",
	"juan martinez", "juan martínez", "jose hernandez", "josé hernández",
	"maria garcia", "maría garcía", "joao silva", "joão silva", "jose silva", "josé silva",
	/* Nobody: what stands in instructions, defaults and machines */
	"your name", "your full name", "first last", "firstname lastname", "john doe",
	"jane doe", "foo bar", "test user", "unknown user", "unknown author", "no name",
	"no author", "not committed yet", "ubuntu user", "root user", "ec2 default user",
};

static bool is_listed(const char *name)
{
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (!strcmp(common[i], name))
			return true;
	return false;
}

/* `name` is `listed` with its two words exchanged, `gap` being the space between. */
static bool is_swapped(const char *name, const char *gap, const char *listed)
{
	size_t given = strlen(gap + 1), family = (size_t)(gap - name);

	return strlen(listed) == strlen(name) && !memcmp(listed, gap + 1, given) &&
	       listed[given] == ' ' && !memcmp(listed + given + 1, name, family);
}

bool name_is_common(const char *folded)
{
	const char *gap = strchr(folded, ' ');

	if (is_listed(folded))
		return true;
	if (!gap || strchr(gap + 1, ' '))
		return false;
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (is_swapped(folded, gap, common[i]))
			return true;
	return false;
}
