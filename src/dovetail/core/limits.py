"""Every queue, cache, batch, upload and loop has a limit; they all stand here, each with its reason."""

from __future__ import annotations

from typing import Final

# --- edge ---------------------------------------------------------------------------------------------------
GROUP_COMMIT_S: Final = (
    0.05  # the live lane waits so long after a commit for more to share the next (DESIGN §14: ≤ 50 ms)
)
FRAMES_WAITING_MAX: Final = 2_000  # ~20 s of a busy gateway; beyond it a declared gap is better than no memory
WAITING_HIGH: Final = 200_000  # samples (~10 MB, two commits' worth and more) of one link; then it is read more slowly
WAITING_LEAST: Final = 10_000  # of a link that shares the room with many; what brings less is never held
COMMIT_SAMPLES_MAX: Final = 50_000  # of one commit: half a second of a slow disk, so that others wait no longer
HELD_MAX_S: Final = 10.0  # then what lies between is unknown: a declared gap, before brokers miss us (1.5 × 15 s)
GOOD_THROUGH_EVERY_S: Final = 1.0  # silence is measured each second (DESIGN §4)
CONNECT_TIMEOUT_S: Final = 3.0  # DESIGN §6
BACKOFF_FIRST_S: Final = 0.5  # DESIGN §6: full jitter 0.5 → 5 s
BACKOFF_MAX_S: Final = 5.0
BACKOFF_REFUSED_S: Final = 30.0  # a person must mend it; asking faster only fills the PLC's log
LINK_SILENT_S: Final = 3.0  # three missed marks: the link is down (SECURITY §1 row 1 allows 5 s)
CLOCK_TRUST_US: Final = 2_000_000  # device time is believed within ±2 s of ours (DESIGN §4)
CLOCK_FUTURE_US: Final = 5_000_000  # a device time further ahead than this is not believed at all

PARCEL_SAMPLES_MAX: Final = 5_000  # what waits on disk is brought over in commits that do not hold up the live lane
SPOOL_MEMORIES_MAX: Final = 200_000  # files, keys of messages that one link has taken: five months at one a minute

SPOOL_REFUSED_MAX: Final = 1_000  # that no historian will take: enough to see what was wrong with them
SPOOL_LOOK_S: Final = 1.0  # what waits is counted anew so often; people look at it, nothing is decided by it
INTAKE_ROWS_MAX: Final = 20_000  # of one body that is posted: a shift of a line at one a second
INTAKE_AT_ONCE_MAX: Final = 8  # bodies that are read at once: 40 MB at most
INTAKE_BODY_S: Final = 10.0  # for all of a body; who sends slower than that holds a place that others need
INTAKE_LINK_S: Final = 3.0  # a link that begins anew is back by then; a sender is told to come again otherwise
INTAKE_WAITING_MAX: Final = 20_000  # parcels of one link while the historian is away: half an hour at ten a second
INTAKE_CLOCK_US: Final = 300_000_000  # Standard Webhooks: a signature is good for five minutes, either way
INTAKE_REFUSED_S: Final = 0.05  # each refusal is told this late, so that its time tells nothing
INTAKE_SENDERS_MAX: Final = 50  # (connection, sender) pairs told apart in one row of the audit; the rest together
INTAKE_AUDIT_S: Final = 60.0  # refused posts make one row of the audit a minute at most, whoever knocks how often

TRIALS_MAX: Final = 4  # links that people try at once; more would be a scan of the network
TRIAL_OPEN_S: Final = 6.0  # a person waits for it: name, connection and session together
TRIAL_ANSWER_S: Final = 6.0  # and for the values
TRIAL_HELD_S: Final = 10.0  # a link somebody looked through is kept this long: a controller bears few sessions
TRIAL_POINTS_MAX: Final = 500  # addresses in one look; a form of more is not read by anyone

# --- transport ----------------------------------------------------------------------------------------------
SHARDS: Final = 16  # parts of a plant's links that workers share: more workers than one PostgreSQL can bear
TRANSPORT_MESSAGE_BYTES: Final = 900_000  # a NATS server takes 1 MB unless told otherwise; headers need a little
TRANSPORT_STREAM_BYTES: Final = 8 << 30  # about two hours of 100,000 samples a second while nobody stores
TRANSPORT_PULL: Final = 256  # messages asked for at once, of one shard
TRANSPORT_PULL_BYTES: Final = 4 << 20  # of them; with 16 shards a worker holds 64 MB at most
TRANSPORT_PENDING_MAX: Final = 512  # of one shard that a worker has and has not stored: two pulls
TRANSPORT_ACK_S: Final = 5.0  # then what a worker has is given to the next; a commit takes a tenth of it
TRANSPORT_PULL_S: Final = 2.0  # a pull that was lost with its connection is made again after this
TRANSPORT_HELD_S: Final = 5.0  # a sender waits so long for the word, then says that nobody stores
TRANSPORT_ASK_S: Final = 2.0  # for the answer of a worker
LEASE_S: Final = 6.0  # longer than TRANSPORT_ACK_S: what the last owner had comes first to the next
LEASE_BEAT_S: Final = 1.0  # a lease is renewed so often; five in a row may fail
OUTBOX_BYTES_MAX: Final = 4 << 30  # on a collecting machine's disk: about half a day of 10,000 samples a second
OUTBOX_AT_ONCE: Final = 500  # messages on their way at once, as of the edge's commits
FOLLOW_S: Final = 1.0  # who reads listens so long at a time for what workers stored, and looks after it in any case
INGEST_ROWS_AT_ONCE: Final = 500  # frames of one commit, as of the edge's

# --- records ------------------------------------------------------------------------------------------------
RECORDS_WAIT_S: Final = 30.0  # for a place among those who read or write; on a starved machine a commit takes seconds
RECORDS_AGAIN_S: Final = 5  # after that: by then some of those who waited have been served

# --- historian ----------------------------------------------------------------------------------------------
CHUNK_SAMPLES_MAX: Final = 20_000  # one chunk decodes in about a millisecond
SEAL_EVERY_S: Final = 20.0  # bounds the head that a restart re-reads; each sealing costs a chunk of every tag
SEAL_AT_ONCE_SAMPLES: Final = (
    1_000_000  # ~40 MB unsealed: beyond it nobody waits for the 20 s; a chunk costs as much, whatever it holds
)
TRANSACTION_S: Final = 0.1  # SQLite has one writer; nobody waits longer than this for it
SERIES_PX_MAX: Final = 4_000  # a wall of 4K screens; more buckets than pixels show nothing new
STANDING_LOOKS_MAX: Final = (
    512  # buckets of one trend whose end is looked up, the newest; each may open a chunk (~1 ms)
)
SIGNING_UNDO_US: Final = 900_000_000  # a slip is seen at once; later, what was signed has been read and sent on
SIGNED_SINCE_MAX: Final = (
    50_000  # events gone through for what a signed shift would be: a second; a week of 50 machines
)
SIGNED_STEPS_MAX: Final = 100  # of them told one by one: each cuts the shift anew
UNSIGNED_MAX_US: Final = 2 * 86_400_000_000  # explained as if unsigned: a shift and its day; each step cuts it anew
REPORT_STOPS_MAX: Final = 5_000  # that one frozen report holds: more is an export, not something that is read
SAVED_VIEWS_MAX: Final = 200  # of one person: a list that is still looked through
MOMENT_TAGS_MAX: Final = 64  # of one question about a moment: four times the pens of a trend; each may open a chunk
MEAN_SAMPLES: Final = 500_000  # summed up at once, ~40 MB, however long the time is
AGGREGATE_TAGS_MAX: Final = 500  # of one request: a line with everything on it
AGGREGATE_CELLS_MAX: Final = 200_000  # results of one request, ~20 MB of JSON: an hour of 55 tags by the second
AGGREGATE_DAYS_MAX: Final = 2_000  # days of one tag that one request reads: five tags for a year, some 20 s at 1 Hz
AGGREGATE_LOOK_US: Final = 2 * 86_400_000_000  # of one tag at once: 1.7 M samples at 10 Hz, ~150 MB while it lasts
AGGREGATE_FOLD_FROM_US: Final = (
    6 * 3_600_000_000
)  # a shorter look seldom holds a whole chunk; it is read for all tags at once
AGGREGATE_SAMPLES_MAX: Final = 4_000_000  # of one tag that have to be read at once: a day and a half at 30 Hz, ~400 MB
OCCASIONS_PERIOD_MAX_US: Final = 400 * 86_400_000_000  # a year and a month to compare it with; stops are told anew
OCCASIONS_MAX: Final = 500  # jobs, lots, shifts or stops of one page: a month of a busy machine
RAW_SAMPLES_MAX: Final = 50_000  # one raw page; the cursor brings the rest
SERIES_TAGS_MAX: Final = 100  # of one request: more pens than a picture can hold, and a line's worth for an analyst
SERIES_ROWS_MAX: Final = 100_000  # buckets of one answer, ~6 MB of columns: 25 pens on a wall of 4K screens
STRING_BYTES_MAX: Final = 64_000  # a longer text is no signal
SEAL_SAMPLES_MAX: Final = 4_000_000  # one sealing holds at most ~200 MB and a core for about two seconds
UNSEALED_SAMPLES_MAX: Final = 16_000_000  # ~500 MB of unsealed columns; put() waits ever longer from half of it on
TIGHTEN_BYTES_MAX: Final = 256_000_000  # of a month's table that is written anew as a whole: some two seconds
HEAD_BYTES_MAX: Final = 2_000_000_000  # about a day of 5,000 tags at 1 Hz; a consumer further behind re-reads chunks
HEAD_ROWS_RELEASED_AT_ONCE: Final = 500  # deleting more would hold the writer longer than TRANSACTION_S
SCRUB_ROUND_US: Final = 7 * 86_400_000_000  # all samples are looked through in a week
SCRUB_EVERY_S: Final = 1.0
SCRUB_STEP_SAMPLES: Final = 200_000  # of one step, ~20 ms: what was missed while it stood is made good at this rate
SCRUB_NOW_SAMPLES: Final = 2_000_000  # of one step where somebody waits, ~0.2 s: a billion in ten minutes
COMPACT_EVERY_S: Final = 1.0  # a step a second is a tenth of a core; a day of 5,000 tags at 1 Hz takes some 20 minutes
COMPACT_SAMPLES_MAX: Final = 200_000  # of one step: about 0.1 s, for which a sealing may have to wait
COMPACT_CHUNKS_MAX: Final = 20_000  # headers that one step looks at: about 20 ms
ROLL_AFTER_US: Final = 600_000_000  # an hour is summed up ten minutes after it is over: by then most of it has come
ROLL_SAMPLES_MAX: Final = 1_000_000  # of one step: about 0.1 s, for which a sealing may have to wait
ROLL_HELD_SAMPLES: Final = 1_000_000  # ~40 MB; of a signal with more in an hour, an hour at a time
HISTORIAN_READERS_MAX: Final = 8  # connections to PostgreSQL that read samples at once; the ninth reader waits
HISTORIAN_LOCK_WAIT_S: Final = 30.0  # the server misses a writer whose machine lost its power after 25 s
MONTHS_OPEN_MAX: Final = 24  # two years under one trend; each open file costs descriptors
WITNESS_BYTES_MAX: Final = 4_000_000  # of what is told beside the head: 40,000 frames, then it is written anew
SEQ_SPANS_MAX: Final = 10_000  # holes in one lane's numbers; more is a source that does not count
CORRECTION_LONGEST_US: Final = 31 * 86_400_000_000  # all that rests on it is decided anew; longer is a mistyped date
CORRECTION_SAMPLES_MAX: Final = 10_000  # given one by one: two hours at 1 Hz; more is an import, not a correction
CORRECTIONS_OF_TAG_MAX: Final = 1_000  # ever made of one tag: one a shift for a year; each is looked at by a reading
GIVEN_SAMPLES_MAX: Final = 1_000_000  # of all tags, ~40 MB: kept in memory, so that a reading asks no database
CORRECTIONS_SHOWN_MAX: Final = 50  # of one page: each counts again what came since it was made

DROP_CHUNKS_MAX: Final = 5_000  # that go in one commit: ~250 MB, about a second for which nothing is sealed
DROP_SAMPLES_MAX: Final = 20_000_000  # of one archive file, ~60 MB
HOLDS_MAX: Final = 500  # that stand at once; each is looked at before anything goes
HOLD_NAMES_MAX: Final = 200  # equipment, and tags, that one hold names; a whole site is one

# --- exports ------------------------------------------------------------------------------------------------
EXPORTS_AT_ONCE_MAX: Final = 2  # each reads as fast as it can, and screens read the same files
EXPORTS_KEPT_MAX: Final = 20  # of one person; more is a data store, and that is what the Parquet tier is for
EXPORT_KEPT_US: Final = 7 * 86_400_000_000  # somebody fetches it within a week, or does not need it
EXPORT_BYTES_MAX: Final = 4_000_000_000  # of one file: 500 million samples as Parquet, a day of 5,000 tags
EXPORT_ROWS_MAX: Final = 500_000_000  # of one file that is no spreadsheet
EXPORT_WIDE_CELLS_MAX: Final = 100_000_000  # a day of a hundred tags every 100 ms
EXPORT_BLOCK_ROWS: Final = 2_000  # written at a time, ~10 ms of the interpreter; then others have their turn
EXPORT_SCOPE_S: Final = 1.0  # so old may the rights be under which a running export reads (SECURITY C5: ≤ 5 s)
TIER_DAYS: Final = 31  # looked at unless told otherwise: what comes later than a month late is told by its days
EXPORTS_TIDY_S: Final = 600.0  # files that are over their time are removed so often
EXPORT_FREE_BYTES: Final = 1 << 30  # must stay free on the disk: samples are worth more than a copy of them

# --- states and ledger --------------------------------------------------------------------------------------
CHECKPOINT_EVERY_US: Final = 3_600_000_000  # hourly: a late sample re-reads at most an hour before it (DESIGN §7)
COUNT_FLUSH_US: Final = 60_000_000  # counts reach the record at least each minute (DESIGN §7)
COUNTING_PACE_US: Final = 1_000_000  # pieces that change no state are settled together so often: shown they are at once
CONSUMER_FRAMES_MAX: Final = 500  # one records transaction stays short

# --- computed signals ---------------------------------------------------------------------------------------
WINDOW_TICKS: Final = 60  # a moving window is looked at so often while it passes
WINDOW_TICK_MIN_US: Final = 100_000  # and no more often than a fast scan
TRACK_ROWS_MAX: Final = 2_000_000  # of one signal in one pass, ~40 MB; a longer stretch is computed in pieces
WINDOW_ROWS_MAX: Final = 1_000_000  # summed up for one moment: a day at 10 Hz
LOOK_MAX_US: Final = 7 * 86_400_000_000  # of a raw signal, to find its levels: a week holds every kind of shift
WATCH_MAX_US: Final = 86_400_000_000  # of a connection, to find what its signals mean: a day holds shifts and products
WATCH_TAGS_MAX: Final = 256  # of one machine looked at together: a day of each is read at once
COMPUTED_STRETCH_US: Final = (
    6 * 3_600_000_000
)  # of one tag at a time: what is computed anew never keeps the others long
COMPUTED_MARK_US: Final = 1_000_000  # silence is measured each second here too
COMPUTED_VERSIONS_MAX: Final = 16  # late samples for expressions older than so many applied plants change nothing

# --- counting -----------------------------------------------------------------------------------------------
COUNT_ENTRY_MAX: Final = 10_000_000  # pieces of one entry: ten shifts of a can line; more is a slip of a finger
COUNT_PERIOD_MAX_US: Final = 26 * 3_600_000_000  # a day and its DST hour; each change in it cuts all of it anew
COUNT_BACK_US: Final = 24 * 3_600_000_000  # without a calendar, pieces entered for a moment are among those of a day
COUNT_REASONS_LAST: Final = 4  # as many as stand beside each other under a thumb

# --- production ---------------------------------------------------------------------------------------------
JOB_TAGS_TOGETHER_US: Final = 5_000_000  # a controller writes order and product one after the other: one change
JOB_TAG_LOOK_BACK: Final = 64  # empty or bad samples passed over to find the text before; then the records answer
JOB_POSITION_EVERY: Final = 2_000  # head rows without a job between two durable positions; a restart reads them again
JOB_CATCH_UP_US: Final = 7 * 86_400_000_000  # how far back jobs are read anew when the head let go of unread rows
JOB_TEXT_MAX: Final = 200  # characters of a text that names a job: the longest code that is printed on a traveller
JOB_NAME_MAX: Final = 120  # characters of a job order or a lot, as whoever plans or starts one may write
JOB_PRODUCT_MAX: Final = 400  # and of a product that a machine names: what a record of it holds
JOB_TEXTS_HELD_US: Final = 30 * 86_400_000_000  # how far back a held text still begins its job once it is known
JOBS_AT_ONCE_MAX: Final = 16  # the cavities of a mould; more beside each other on one machine is a mistake
SAID_AGAIN_MAX: Final = 32  # times one value can be said of one moment: more corrections than any shift makes

# --- live figures on tags -----------------------------------------------------------------------------------
FIGURES_EVERY_US: Final = 10_000_000  # as screens show them; a shift's figures move slowly
FIGURES_AT_ONCE: Final = 10  # equipment whose figures are worked out in one step, of one step a second
FIGURES_AGAIN_US: Final = 60_000_000  # said again though unchanged: silence would look like a value that holds

# --- web ----------------------------------------------------------------------------------------------------
PAGE_MAX: Final = 1_000  # rows of one cursor page
BODY_BYTES_MAX: Final = 5_000_000  # the largest plant code upload seen is 2 MB
LIVE_QUEUE_BYTES_MAX: Final = 1_000_000  # SECURITY §1 row 15: a slower browser conflates
LIVE_TOPICS_MAX: Final = 500  # a wall of tiles; more is a mistake
LIVE_TEXT_MAX: Final = 256  # characters of a text value: more than a line of a screen shows; the GET has all of it
PASSWORD_HASHES_AT_ONCE: Final = 2  # SECURITY A8: a flood of sign-ins must not take the cores
SESSION_IDLE_US: Final = 8 * 3_600_000_000  # one shift
SESSION_MAX_US: Final = 12 * 3_600_000_000  # SECURITY §5.5
ONE_TIME_TOKEN_US: Final = 15 * 60_000_000  # SECURITY A2

# --- upkeep -------------------------------------------------------------------------------------------------
BALLAST_BYTES: Final = 64 << 20  # what a checkpoint of every open file and a deletion need on a full disk
DISK_FULL_BYTES: Final = 32 << 20  # below this the next write may fail
EVICT_BELOW_BYTES: Final = 256 << 20  # from here on the oldest goes where a rule allows it, before anything is refused
DISK_LOOK_S: Final = 5.0  # a busy plant writes 1 MB/s: DISK_FULL_BYTES last longer than this
HTTP_SERIES_MAX: Final = 1_000  # (method, route, status class) that are counted apart; the rest together
METRIC_LINKS_MAX: Final = 500  # connections with metrics of their own: a monitoring system must not drown
RECORDS_START_S: Final = (
    600.0  # a service waits so long for its database: machines come back from a power cut one by one
)
RECORDS_LOOK_S: Final = 1.0  # and looks so often whether it is there
FOLDER_PATIENCE_S: Final = 5.0  # a verb of the command line holds the data folder for a second or two
STOP_S: Final = 5.0  # a role that does not end by then is left behind; with what the edge needs, a stop is ≤ 10 s

# --- plant code ---------------------------------------------------------------------------------------------
PLANT_FILE_BYTES_MAX: Final = 16_000_000  # 20,000 tags written out are 4 MB
PLANT_DEPTH_MAX: Final = 32  # deeper nesting is an attack or an accident
PLANT_PROBLEMS_MAX: Final = 200  # nobody reads further; the count of the rest is said

# --- tag lists ----------------------------------------------------------------------------------------------
TAG_LIST_BYTES_MAX: Final = 20_000_000  # unpacked; an Ignition export of 20,000 tags is about half of it
OPENED_BYTES_MAX: Final = 32_000_000  # of chunks that stay opened for who asks again: an hour of 5,000 signals at 1 Hz
HISTORY_FRAME_ROWS: Final = 20_000  # of a foreign history to one frame: half a commit, so that live samples wait 0.2 s
HISTORY_FRAME_CHARS: Final = 4_000_000  # of its cells: long texts make a frame of fewer rows, not one of gigabytes
HISTORY_ROW_MAX: Final = 1_000_000  # characters: 5,000 columns of 200; more is a bomb, or no table
HISTORY_NAME_MAX: Final = 1_000  # characters of a series' name; a longer one is a value taken for a name
HISTORY_REFUSED_SHOWN: Final = 200  # rows of a foreign history that are named with their reason; all are counted
HISTORY_SERIES_MAX: Final = 5_000  # of one file: what a plant has; more is a column of values taken for names
HISTORY_HELD_MAX: Final = 200_000  # samples that one frame's rows are compared with, tag by tag
HISTORY_REFUSED_KEPT: Final = 200_000  # rows in the list that can be fetched: a spreadsheet still opens it
HISTORY_FREE_BYTES: Final = 2_000_000_000  # left free on the disk by a file that is sent here: live samples come first
HISTORY_FILES_MAX: Final = 4  # files that one person has sent and not imported yet
HISTORY_FILE_KEPT_US: Final = 86_400_000_000  # a file that was sent and that nobody asked for since
HISTORY_KEPT_MAX: Final = 50  # imports whose outcome is kept; the audit keeps that they were
HISTORY_XLSX_BYTES_MAX: Final = 20_000_000  # a workbook is opened as a whole; more is better a CSV
TAG_LIST_ROWS_MAX: Final = 20_000  # tags of one list: what a plant is validated with in seconds (DESIGN §14)
TAG_LIST_COLUMNS_MAX: Final = 200  # a table with more is no list of tags
TAG_LIST_CELL_MAX: Final = 4_096  # characters; the longest address that a protocol allows
TAG_LIST_DEPTH_MAX: Final = 64  # folders within folders, elements within elements
TAG_LIST_RATIO_MAX: Final = 200  # a sheet unpacks to about 20 times its size; a bomb to 1,000 times

# Looking for devices
SEARCH_RANGES_MAX: Final = 32  # ranges of one search; the hosts in them have a limit of their own
SEARCH_PORTS_MAX: Final = 8  # of one way; more ports of one host are a port scan
SEARCH_S: Final = 600.0  # a search ends with what it has: nobody waits longer before a screen
SEARCH_LISTEN_S: Final = 3.0  # to a broker that was named by itself: a few words of each talkative device

# --- calendars ----------------------------------------------------------------------------------------------
ROTATION_DAYS_MAX: Final = 366  # a cycle longer than a year is no rotation but a list of dates
EXCEPTION_DAYS_MAX: Final = 366  # an exception longer than a year is another calendar
CALENDAR_DAYS_SHOWN_MAX: Final = 400  # a year by the day, with the weeks at its ends

# forwarding to an enterprise
FORWARD_TAGS_AT_ONCE: Final = 256  # compared in one step: one question to the copy for some thousand chunks
FORWARD_SAMPLES_MAX: Final = 200_000  # brought by one step: about 10 MB of rows, a second of a slow line
FORWARD_TARGETS_MAX: Final = 8  # each has a thread and a connection
FORWARD_ANSWER_MAX: Final = 64 << 20  # bytes of one answer of a copy: a million stretches
FORWARD_WAIT_S: Final = 30.0  # a copy that answers nothing for so long is away
FORWARD_RETRY_MAX_S: Final = 300.0  # one that is away for days is asked no more often, and found within minutes

# replays
REPLAY_HELD_BYTES: Final = 16 << 20  # derived again and packed, in memory; a machine's month is about 1 MB, then a file
REPLAY_PIECES_HELD: Final = 32  # days of a machine, unpacked: about half a MB each; a line looks at a few at once
REPLAY_STRETCHES_MAX: Final = 500  # of one machine that are told, the longest; how many there are is said
REPLAY_SHIFTS_MAX: Final = 5_000  # that are told of all machines together, about 10 kB each; how many there are is said

# what moved a figure
DIFF_ROWS_MAX: Final = 100_000  # slices of one ledger that came or went: a year of a busy machine, read in 2 s
DIFF_PAGE_MAX: Final = 100  # changes of one answer; the rest is a page further

# the ledger
MICRO_STOP_MAX_S: Final = 600.0  # a longer stop is nobody's short one; the ledger looks that far around each change
