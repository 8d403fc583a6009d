-- The derived tables: what follows from the facts (schema.sql) under today's rules.
-- `quarry derive` drops and rebuilds all of them in one transaction, so a changed
-- definition needs no migration, only a rebuild.  Columns that hold a figure have
-- the name of its id in docs/metrics.md.
--
-- Quarters are year * 4 + (0..3).  Person numbers follow the order of person keys,
-- so they depend on the facts alone; repo and commit_id are row numbers of the
-- facts and never reach an output.

DROP VIEW IF EXISTS raw_repo_quarter;
DROP TABLE IF EXISTS category;
DROP TABLE IF EXISTS tracked;
DROP TABLE IF EXISTS commit_time;
DROP TABLE IF EXISTS commit_kind;
DROP TABLE IF EXISTS person;
DROP TABLE IF EXISTS identity;
DROP TABLE IF EXISTS link;
DROP TABLE IF EXISTS signature_class;
DROP TABLE IF EXISTS assist;
DROP TABLE IF EXISTS export;
DROP TABLE IF EXISTS alarm;
DROP TABLE IF EXISTS credit;
DROP TABLE IF EXISTS activity;
DROP TABLE IF EXISTS raw_author_quarter;
DROP TABLE IF EXISTS repo_files;
DROP TABLE IF EXISTS scope;
DROP TABLE IF EXISTS scope_quarter;
DROP TABLE IF EXISTS scope_change;
DROP TABLE IF EXISTS scope_flow;
DROP TABLE IF EXISTS move;
DROP TABLE IF EXISTS overlap;
DROP TABLE IF EXISTS affiliation_group;
DROP TABLE IF EXISTS person_affiliation;
DROP TABLE IF EXISTS signature_affiliation;
DROP TABLE IF EXISTS cohort;

-- The taxonomy, as the universe's files say it today.
CREATE TABLE category(
  category INTEGER PRIMARY KEY,  -- from 0, in the order of the report
  id       TEXT NOT NULL UNIQUE,
  title    TEXT NOT NULL,
  layer    TEXT NOT NULL         -- the layer's title
) STRICT;

CREATE TABLE tracked(
  repo       INTEGER PRIMARY KEY REFERENCES repo,
  category   INTEGER,  -- its primary category today; NULL: mined only to exclude its history
  from_q     INTEGER,  -- first quarter of its membership; NULL: since ever
  until_q    INTEGER,  -- last quarter of its membership; NULL: still
  moved_from INTEGER,  -- category before from_q; NULL: none
  upstream   INTEGER,  -- the tracked repository it is a fork of; NULL: none said
  excluded   INTEGER NOT NULL, -- 1: category is NULL, and its commits count nowhere
  known_s    INTEGER NOT NULL  -- repo.facts_s when the figures were derived: its history is known up to
                               -- then; 0: read in place, so nobody knows, or never read
) STRICT;

-- When a commit happened (metrics.md activity_time, time_fixed).
CREATE TABLE commit_time(
  commit_id     INTEGER PRIMARY KEY REFERENCES commits,
  activity_s    INTEGER NOT NULL,  -- by the chosen date basis, repaired
  quarter       INTEGER NOT NULL,  -- of activity_s
  other_s       INTEGER NOT NULL,  -- the same by the other date basis, for the sensitivity line
  other_quarter INTEGER NOT NULL,
  time_fixed    INTEGER NOT NULL   -- 1: the recorded time was implausible
) STRICT;

-- What a commit counts as; every reachable commit is exactly one of the five.
CREATE TABLE commit_kind(
  commit_id      INTEGER PRIMARY KEY REFERENCES commits,
  repo           INTEGER NOT NULL,
  quarter        INTEGER NOT NULL,  -- of commit_time, kept here for the aggregates
  kind           INTEGER NOT NULL,  -- 0 counted, 1 merge, 2 bot, 3 agent, 4 duplicate
  agent_assisted INTEGER NOT NULL   -- 1: counted, with an agent trailer
) STRICT;
CREATE INDEX commit_kind_by_repo ON commit_kind(repo, quarter, kind);

CREATE TABLE person(
  person    INTEGER PRIMARY KEY,  -- from 0, by key
  lenient   INTEGER NOT NULL,     -- the person under lenient identity (with L4)
  opted_out INTEGER NOT NULL,     -- 1: by people.yaml: credited with nothing, and named nowhere
  called    TEXT NOT NULL DEFAULT '', -- the name that people.yaml gives; '' for none; never printed unasked
  key       TEXT NOT NULL UNIQUE  -- smallest e-mail of the person; printed where names are asked for alone
) STRICT;

-- Who stands behind a signature in a repository.
CREATE TABLE identity(
  repo      INTEGER NOT NULL,
  signature INTEGER NOT NULL,
  email_key TEXT NOT NULL,      -- after the repository's .mailmap, trimmed, lower-cased
  email     INTEGER NOT NULL,   -- equal where the e-mails before .mailmap are equal and not generic
  person    INTEGER NOT NULL REFERENCES person,
  PRIMARY KEY(repo, signature)
) STRICT, WITHOUT ROWID;

-- Evidence: why two e-mails or signatures are one person.
CREATE TABLE link(
  level    INTEGER NOT NULL,  -- 0 to 4: metrics.md 3
  repo     INTEGER,           -- whose .mailmap or history says so (2, 4); else NULL
  a        TEXT NOT NULL,
  b        TEXT NOT NULL,
  promoted INTEGER NOT NULL,  -- L2: 1 where it holds in all repositories
  rule     TEXT NOT NULL      -- its id: of categories/rules/identity.yaml, or as identity.h names it
) STRICT;

CREATE TABLE signature_class(
  signature INTEGER PRIMARY KEY,
  class     TEXT NOT NULL,  -- human, bot, agent; group: it signs for several people; placeholder: for nobody
  rule      TEXT NOT NULL   -- id in categories/rules/signatures.yaml, or people.yaml; '' for none
) STRICT;

-- Commits that an agent helped with (metrics.md agent_assisted), whoever signed them.
CREATE TABLE assist(
  commit_id INTEGER PRIMARY KEY,
  rule      TEXT NOT NULL   -- of the assists in signatures.yaml; of several the smallest id
) STRICT;

-- Commits whose author is no human, and that name the human behind them in a form that
-- an export is known for (metrics.md exported).
CREATE TABLE export(
  commit_id INTEGER PRIMARY KEY,
  signature INTEGER NOT NULL,  -- of that human: the first one that is named
  rule      TEXT NOT NULL      -- of the exports in signatures.yaml
) STRICT;

-- What somebody should look at before people are counted on (metrics.md alarms).
--   many_emails, many_names  n: how many the person has
--   bridge                   without it the person falls apart; n: signatures of the smaller part
--   login_ids                a code host's login that several accounts have had: n of them
--   mailmaps                 an e-mail that two repositories' .mailmap lead to different persons
--   split, entries           evidence that people.yaml forbids: by a split, or as it names two
--                            persons; n: its line
--   near_bot                 a human whose name, but not the address, meets a rule of bots or agents;
--                            what: the rule; n: commits as author
--   regular                  a human whose subjects are nearly all one; n: commits as author
CREATE TABLE alarm(
  kind      TEXT NOT NULL,
  person    INTEGER,           -- NULL: of nobody in particular
  signature INTEGER,           -- NULL: of no single one
  n         INTEGER NOT NULL,
  what      TEXT NOT NULL      -- an e-mail, a signature, a login, a rule
) STRICT;

-- For whom people work, as the universe's people.yaml says; empty where it does not.
CREATE TABLE affiliation_group(
  id    TEXT PRIMARY KEY,
  title TEXT NOT NULL      -- the id where none is said
) STRICT, WITHOUT ROWID;

-- Overrides: the person belongs to the group in [from_s, until_s), activity times.  Spans
-- of one person do not overlap.
CREATE TABLE person_affiliation(
  person      INTEGER NOT NULL REFERENCES person,
  from_s      INTEGER NOT NULL,  -- the smallest int64: since ever
  until_s     INTEGER NOT NULL,  -- the largest: for ever
  affiliation TEXT NOT NULL,     -- id of the group
  PRIMARY KEY(person, from_s)
) STRICT, WITHOUT ROWID;

-- The same by the domain of the signature's e-mail, where no override holds.
CREATE TABLE signature_affiliation(
  signature   INTEGER NOT NULL,
  from_s      INTEGER NOT NULL,
  until_s     INTEGER NOT NULL,
  affiliation TEXT NOT NULL,
  PRIMARY KEY(signature, from_s)
) STRICT, WITHOUT ROWID;

-- Who gets credit for a counted commit: its author, or whom an export names in its
-- stead, if that is a human; and each human co-author once.
CREATE TABLE credit(
  commit_id INTEGER NOT NULL,
  person    INTEGER NOT NULL,
  signature INTEGER NOT NULL,  -- under which
  email     INTEGER NOT NULL,
  role      INTEGER NOT NULL,  -- 0 author, 1 co-author
  PRIMARY KEY(commit_id, person)
) STRICT, WITHOUT ROWID;

-- Credits of one person under one e-mail in one repository and quarter.
CREATE TABLE activity(
  repo        INTEGER NOT NULL,
  quarter     INTEGER NOT NULL,
  person      INTEGER NOT NULL,
  email       INTEGER NOT NULL,
  authored    INTEGER NOT NULL,  -- counted commits as author
  co_authored INTEGER NOT NULL,  -- as co-author
  weeks       INTEGER NOT NULL,  -- 13-bit mask of seven-day bins
  days_lo     INTEGER NOT NULL,  -- mask of the quarter's days 0..45
  days_hi     INTEGER NOT NULL,  -- days 46..91
  PRIMARY KEY(repo, quarter, person, email)
) STRICT, WITHOUT ROWID;

-- Authors by e-mail after .mailmap, author times as recorded: what git itself would
-- say, before bot, duplicate and identity rules. Feeds raw_repo_quarter.
CREATE TABLE raw_author_quarter(
  repo       INTEGER NOT NULL,
  quarter    INTEGER NOT NULL,
  emails     INTEGER NOT NULL,
  new_emails INTEGER NOT NULL,  -- whose first non-merge commit in the repository falls in the quarter
  weeks_mean REAL NOT NULL,     -- mean active bins, four digits
  weeks_10   INTEGER NOT NULL,  -- with ten active bins or more
  PRIMARY KEY(repo, quarter)
) STRICT, WITHOUT ROWID;

-- Files of counted commits; "raw" leaves nothing out, the others are robust.  NULL:
-- not known, because touches, or lines, of the quarter were not read (metrics.md
-- unread).  A quarter without a touch has no row.
CREATE TABLE repo_files(
  repo               INTEGER NOT NULL,
  quarter            INTEGER NOT NULL,
  file_touches_raw   INTEGER,
  file_touches       INTEGER,
  distinct_files_raw INTEGER,
  distinct_files     INTEGER,
  top5_touches       INTEGER,  -- raw touches of the repository's five largest commits
  lines_churn_raw    INTEGER,
  lines_churn        INTEGER,
  PRIMARY KEY(repo, quarter)
) STRICT, WITHOUT ROWID;

-- What is measured: 0 is the universe, 1.. the categories in order, then the
-- repositories by URL.
CREATE TABLE scope(
  scope    INTEGER PRIMARY KEY,
  kind     TEXT NOT NULL,      -- universe, category, repository
  id       TEXT NOT NULL,      -- '' for the universe, category id, repository URL
  category INTEGER,            -- of a category or (today) a repository
  repo     INTEGER             -- of a repository
) STRICT;

-- Every figure of a scope in a quarter (docs/metrics.md has one entry a column).
-- members_of: the quarter whose membership decides which repositories belong. The
-- row with members_of = quarter is the quarter's own; the one with members_of =
-- quarter + 1 is the base that the next quarter is compared with, like for like.
-- Figures of files and lines are NULL where they are not known (metrics.md unread).
CREATE TABLE scope_quarter(
  scope              INTEGER NOT NULL REFERENCES scope,
  quarter            INTEGER NOT NULL,
  members_of         INTEGER NOT NULL,
  tracked            INTEGER NOT NULL,
  active             INTEGER NOT NULL,
  commits            INTEGER NOT NULL,
  merge_commits      INTEGER NOT NULL,
  bot_commits        INTEGER NOT NULL,
  agent_commits      INTEGER NOT NULL,
  duplicate_commits  INTEGER NOT NULL,
  landed             INTEGER NOT NULL,
  assisted_commits   INTEGER NOT NULL,
  authors            INTEGER NOT NULL,
  contributors       INTEGER NOT NULL,
  contributors_lo    INTEGER NOT NULL,
  contributors_hi    INTEGER NOT NULL,
  retained           INTEGER NOT NULL,
  reactivated        INTEGER NOT NULL,
  new_contributors   INTEGER NOT NULL,
  new_to_universe    INTEGER NOT NULL,
  bins_1             INTEGER NOT NULL,  -- persons with exactly 1 active bin, and so on
  bins_2             INTEGER NOT NULL,
  bins_3             INTEGER NOT NULL,
  bins_4             INTEGER NOT NULL,
  bins_5             INTEGER NOT NULL,
  bins_6             INTEGER NOT NULL,
  bins_7             INTEGER NOT NULL,
  bins_8             INTEGER NOT NULL,
  bins_9             INTEGER NOT NULL,
  bins_10            INTEGER NOT NULL,
  bins_11            INTEGER NOT NULL,
  bins_12            INTEGER NOT NULL,
  bins_13            INTEGER NOT NULL,
  weeks_sum          INTEGER NOT NULL,
  weeks_mean         REAL NOT NULL,
  weeks_median       REAL NOT NULL,
  weeks_weighted     REAL NOT NULL,
  full_time          INTEGER NOT NULL,
  file_touches_raw   INTEGER,
  file_touches       INTEGER,
  distinct_files_raw INTEGER,
  distinct_files     INTEGER,
  top5_touches       INTEGER,
  lines_churn_raw    INTEGER,
  lines_churn        INTEGER,
  files_at_tip       INTEGER NOT NULL,
  PRIMARY KEY(scope, quarter, members_of)
) STRICT, WITHOUT ROWID;

-- Why a figure changed from the quarter before, under the quarter's membership; the
-- parts sum to the change (metrics.md 9).  All parts are NULL where the figure of
-- either quarter is not known.
CREATE TABLE scope_change(
  scope     INTEGER NOT NULL,
  quarter   INTEGER NOT NULL,
  metric    TEXT NOT NULL,  -- commits, file_touches, contributors
  organic   INTEGER,
  new_repos INTEGER,
  revived   INTEGER,
  gone      INTEGER,
  stale     INTEGER,  -- of repositories that are not up to date (metrics.md stale)
  PRIMARY KEY(scope, quarter, metric)
) STRICT, WITHOUT ROWID;

-- Stock and flow of persons by home category (metrics.md 10): start + entered + "in"
-- + reactivated - out - dormant = "end". Scope 0 is the universe.
CREATE TABLE scope_flow(
  scope       INTEGER NOT NULL,
  quarter     INTEGER NOT NULL,
  start       INTEGER NOT NULL,
  entered     INTEGER NOT NULL,
  "in"        INTEGER NOT NULL,
  reactivated INTEGER NOT NULL,
  out         INTEGER NOT NULL,
  dormant     INTEGER NOT NULL,
  "end"       INTEGER NOT NULL,
  PRIMARY KEY(scope, quarter)
) STRICT, WITHOUT ROWID;

-- Persons whose home in their last active quarter (within 4) was category from_c and
-- is to_c in this one.
CREATE TABLE move(
  quarter INTEGER NOT NULL,
  from_c  INTEGER NOT NULL,
  to_c    INTEGER NOT NULL,
  persons INTEGER NOT NULL,
  PRIMARY KEY(quarter, from_c, to_c)
) STRICT, WITHOUT ROWID;

-- Persons active in both categories a and b in the quarter; a = b: contributors.
CREATE TABLE overlap(
  quarter INTEGER NOT NULL,
  a       INTEGER NOT NULL,
  b       INTEGER NOT NULL,
  persons INTEGER NOT NULL,
  PRIMARY KEY(quarter, a, b)
) STRICT, WITHOUT ROWID;

-- People and commits by affiliation (metrics.md cohort), of the universe and the
-- categories, membership taken at the quarter itself.  Empty where people.yaml tells no
-- affiliation.  Nothing is withheld here: what is printed is.
CREATE TABLE cohort(
  scope        INTEGER NOT NULL,
  quarter      INTEGER NOT NULL,
  affiliation  TEXT NOT NULL,     -- id of the group; '' for none that is known
  contributors INTEGER NOT NULL,  -- with a credit under the group; of '': with none under any
  commits      INTEGER NOT NULL,  -- whose author's credit is under it
  PRIMARY KEY(scope, quarter, affiliation)
) STRICT, WITHOUT ROWID;

-- What git itself says of each repository in each quarter: author times as
-- recorded, the e-mail after HEAD's .mailmap, before bot, duplicate and identity
-- rules. The columns are those of the oracle that the tests compare with. Those of
-- files are NULL where touches of the quarter were not read.
CREATE VIEW raw_repo_quarter AS
WITH counted AS (
  SELECT repo, author_quarter AS quarter,
         sum(n_parents < 2) AS commits,
         sum(n_parents > 1) AS merges,
         max(n_parents < 2 AND n_touches IS NULL) AS unread,
         coalesce(sum(n_touches), 0) AS file_touches,
         sum(CASE WHEN n_parents = 0 OR n_touches > 1000 THEN n_touches ELSE 0 END) AS bulk_touches
  FROM commits GROUP BY repo, author_quarter
), touched AS (
  SELECT c.repo, c.author_quarter AS quarter, count(DISTINCT t.path) AS paths
  FROM commits c JOIN touch t USING (commit_id) GROUP BY c.repo, c.author_quarter
)
SELECT r.slug AS repository,
       format('%04dQ%d', counted.quarter / 4, counted.quarter % 4 + 1) AS quarter,
       counted.commits, counted.merges,
       coalesce(a.emails, 0) AS emails,
       coalesce(a.new_emails, 0) AS new_emails,
       iif(unread, NULL, counted.file_touches) AS file_touches,
       iif(unread, NULL, counted.bulk_touches) AS bulk_touches,
       iif(unread, NULL, coalesce(touched.paths, 0)) AS paths,
       coalesce(a.weeks_mean, 0) AS weeks_mean,
       coalesce(a.weeks_10, 0) AS weeks_10
FROM counted
JOIN tracked USING (repo)
JOIN repo r USING (repo)
LEFT JOIN raw_author_quarter a USING (repo, quarter)
LEFT JOIN touched USING (repo, quarter)
WHERE NOT tracked.excluded;

DROP TABLE IF EXISTS same_work;
DROP TABLE IF EXISTS fork;
DROP TABLE IF EXISTS tip_mix;

-- Commits that are the work of another one under an id of their own: a cherry-pick, a
-- rebase, an exported mirror (metrics.md patch_duplicates).  Of kind duplicate all.
CREATE TABLE same_work(
  commit_id    INTEGER PRIMARY KEY,
  of_commit_id INTEGER NOT NULL  -- the one that counts, or that an excluded history has
) STRICT;

-- Two tracked repositories of which one was made from the other, as their commits say
-- (metrics.md fork).  What is mined only to be excluded is not among them.
CREATE TABLE fork(
  repo     INTEGER NOT NULL,
  of_repo  INTEGER NOT NULL,  -- the home of what both have
  named    INTEGER NOT NULL,  -- 1: the universe says so: of_repo is the upstream, at any distance
  shared   INTEGER NOT NULL,  -- commits that both have
  share    REAL NOT NULL,     -- of the commits of repo, 0..1
  of_share REAL NOT NULL,     -- of the commits of of_repo
  root     INTEGER NOT NULL,  -- 1: a commit without a parent is among them
  PRIMARY KEY(repo, of_repo)
) STRICT, WITHOUT ROWID;

-- Files of the tip by what they are for and what they are written in (metrics.md tip_mix).
CREATE TABLE tip_mix(
  repo     INTEGER NOT NULL,
  class    TEXT NOT NULL,     -- by categories/rules/paths.yaml; 'other' for none
  language TEXT NOT NULL,     -- by categories/rules/languages.yaml; '' for none
  files    INTEGER NOT NULL,
  PRIMARY KEY(repo, class, language)
) STRICT, WITHOUT ROWID;
