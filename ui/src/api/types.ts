// What the server says about the plant: the shapes of /api/v1, times in RFC 3339, durations in microseconds.

export interface Page<Item> { items: Item[]; next: string | null }

export type Level = "Enterprise" | "Site" | "Area" | "ProductionLine" | "WorkCell" | "WorkCenter" | "WorkUnit" | (string & {});

export interface JobText { id: string; tag: string | null; address: string | null; at: string; text: string; why: "unknown" | "no-order" | "no-product" | "no-match" | "too-long" | null; outcome: string }

export interface Equipment {
  id: number;
  path: string;
  name: string;
  level: Level;
  parent_id: number | null;
  class_name: string | null;
  timezone: string;
  flow: string[];
  jobs_at_once: number;
  /** People say what it does: it has no signal that could. */
  by_hand: boolean;
  constraint: string | null;
  outfeed: string | null;
  /** Whose figures a line shows: its constraint's, or the sums over its units. */
  line: "constraint" | "aggregate";
  /** What lies before a unit of a line, by its name; `level`: the tag of the unit that tells how many. */
  buffers: Record<string, { capacity: number | null; transport_s: number; level?: string }>;
  standard_rate_upm: number | null;
}

export interface Me {
  person: { id: string; login: string; name: string; locale: string | null };
  grants: { role: string; node: { id: number; path: string; name: string } | null }[];
  permissions: { system: string[]; at: Record<string, number[]> };
  has_password: boolean;
  /** A link let the person in: nothing opens before a password is chosen. */
  password_due: boolean;
  demo: boolean;
}

/** A person in the list of people. `yours`: whether whoever asks may look after them. */
export interface Listed { id: string; login: string; name: string; locale: string; roles: string[]; active: boolean; seen: string | null; sessions: number; has_password: boolean; yours: boolean }
export interface Role { name: string; permissions: string[]; yours_to_give: boolean }
/** A one-time secret, shown once. */
export interface OneTime { token: string; expires_us: number | null }
export interface OwnSession { id: string; browser: string | null; system: string | null; created: string; seen: string; current: boolean }
export interface OwnToken { id: string; name: string; created: string; expires: string; last_used: string | null; revoked: boolean }

export type Scalar = number | string | boolean | null;
export interface TagValue { value: Scalar; ts: string; quality: number; quality_name: string; ts_device: string | null }
export interface Tag {
  id: number;
  path: string;
  property: string;
  kind: string;
  unit: string | null;
  connection: string | null;
  address: string | null;
  last: TagValue | null;
}

/** A tag in the table of the whole plant. */
export interface Signal extends Tag { equipment_id: number }
/** A stretch of the tags found; `total` fit, of `all`. */
export interface Signals { items: Signal[]; total: number; all: number; next: string | null }
export interface NodeName { id: number; path: string; name: string }
/** What a tag is read for, in whose mapping, and whose figures follow from it. */
export interface UsedFor { use: string; counter: string | null; equipment: NodeName; figures: NodeName[] }
/** A tag from which another is computed, by its name there; `id` null: out of sight. */
export interface Follows { name: string; path: string; id: number | null }
/** One tag in full: engineering value = raw · scale + offset. `native`: the protocol's own status of the newest sample. */
export interface Wiring extends Signal { scale: number; offset: number; deadband: number; scan: string; mode: string | null; interval_ms: number | null; driver: string | null; raw: number | boolean | null; native: { code: number; words: string | null } | null; used_for: UsedFor[]; expression: string | null; figure: string | null; inputs: Follows[]; computed_from_it: Follows[] }

export interface StateNow {
  equipment_id: number;
  state: string;
  mode: string;
  reason: string | null;
  external: boolean;
  /** null: nothing was ever heard of it. */
  since: string | null;
  settled: string | null;
  cls?: string | null;
}
export interface StateRecord {
  equipment_id: number;
  start: string;
  end: string | null;
  state: string;
  mode: string;
  reason: string | null;
  external: boolean;
  source: string;
  provisional: boolean;
  comment?: string | null;
  edited_by?: string | null;
  evidence_changed?: boolean;
  because?: Evidence | null;
}
/** What a reason rests on: `text` says it in one line of English, the rest is what a screen says it with. */
export interface Evidence {
  by: string;
  text: string;
  code: string | null;
  rule: string | null;
  at: string | null;
  others: { code: string; text: string | null; reason: string | null; at: string }[];
  values: Record<string, number | boolean | string | null>;
  told: string | null;
  state: string | null;
  went_from: string | null;
  went_to: string | null;
}
/** Time without production about which one thing is said; `end` null: it still stands. */
export interface Stop {
  stop_id: string;
  equipment_id: number;
  start: string;
  end: string | null;
  duration_s: number;
  state: string;
  mode: string;
  reason: string | null;
  comment: string | null;
  external: boolean;
  /** In a break or outside every shift. */
  planned: boolean;
  micro: boolean;
  source: string;
  edited_by: string | null;
  edited_at: string | null;
  edit_id: number | null;
  evidence_changed: boolean;
  version: string;
  because: Evidence | null;
}
/** A fault code or an alarm of a machine while it stood; `n` more than one: so many too near to be told apart. */
export interface AlarmSpan { tag: number; code: string; text: string | null; reason: string | null; start: string; end: string | null; n: number; began_before: boolean }
export interface AlarmSpans { start: string; end: string; until: string; items: AlarmSpan[] }
export interface Stops { items: Stop[]; next: string | null; start: string; end: string; as_of: number | null; now: string; shift: Omit<Shift, "crew"> | null; stopped_s: number | null; unassigned_s: number | null; without_reason: number | null }
export interface TimelineEdit { edit_id: number; equipment_id: number; what: string; start: string; end: string | null; reason: string | null; state: string | null; comment: string | null; by: string; at: string; why: string | null; superseded_by: number | null; withdrawn: boolean; evidence_changed: boolean }
/** `target_so_far`: what was due by now, null in an hour to come; `provisional`: not settled yet. */
/** What came of a stretch; `covered` is the share of its time so far that is known, and pieces are null where nothing is. `difference`: against what was due in the known time. */
export interface BoardMade { planned: number | null; target_so_far: number | null; covered: number | null; good: number | null; scrap: number | null; rework: number | null; difference: number | null; oee: number | null; availability: number | null }
export interface BoardHour extends BoardMade { start: string; end: string; stops: { reason: string | null; minutes: number }[]; provisional: boolean }
/** Plan and actual of a shift, hour by hour; `hints` say what to configure so that a plan can be known. */
export interface ShiftBoard { equipment_id: number; as_of: number | null; now: string; shift: Omit<Shift, "crew"> | null; hours: BoardHour[]; totals: BoardMade; hints: string[] }
/** Here `key` is what is sent: `group/code`, with all above it. */
export interface OfferedReason { key: string; name: string; category: string; children: OfferedReason[] }
export interface OfferedReasons { items: OfferedReason[]; last_used: string[]; suggested: string | null }
export interface CountRecord { start: string; end: string; kind: "good" | "scrap" | "rework" | "infeed"; quantity: number; origin: string; tag_id: number | null; spread: boolean; unit: string | null }
/** Null: no counter tells of this kind, and nobody entered any. */
export interface Counts { good: number | null; scrap: number | null; rework: number | null; infeed: number | null }

export interface JobResponse {
  started_by?: string;
  id: string;
  run_id: string;
  equipment_id: number;
  job_order: string | null;
  product: string;
  lot: string | null;
  start: string;
  end: string | null;
  standard_rate_upm: number | null;
  crew: string | null;
  share_ppm?: number | null;
  /** What those who handed it over wrote for those who took it. */
  note?: string | null;
}
export interface ScrapReason { key: string; name: string; children: ScrapReason[] }
export interface ScrapReasons { items: ScrapReason[]; last_used: string[] }
/** Pieces of one kind that a person entered; an action that entered several has one `entry_id`. */
export interface CountEntry { entry_id: number; equipment_id: number; kind: "good" | "scrap" | "rework" | "infeed"; quantity: number; reason: string | null; start: string; end: string; by: string; at: string; comment: string | null; job_response_id: string | null; withdrawn: boolean }
/** A counter movement that the machine cannot make: not counted until a person says so. */
export interface HeldJump { held_id: string; equipment_id: number; start: string; end: string; counter: string; before: number; after: number; quantity: number; cause: string; decision: "accepted" | "dismissed" | null; decided_by: string | null; decided_at: string | null; why: string | null; counted: number; evidence_changed: boolean; gone: boolean }
/** Pieces entered by hand that the rate does not allow: with them `made` were made in the period, where `possible` are. */
export interface HeldEntry { entry_id: number; equipment_id: number; good: number; scrap: number; rework: number; infeed: number; reason: string | null; comment: string | null; start: string; end: string; by: string; at: string; made: number; possible: number; decision: "released" | "rejected" | "withdrawn" | null; decided_by: string | null; decided_at: string | null; why: string | null }
/** A counter that a person read: the pieces between two readings. */
export interface CounterReading { entry_id: number; counter: string; before: number; after: number; modulus: number | null; quantity: number; end: string; by: string }
/** `by_tag`: the counters that Dovetail reads itself; these take no readings. */
export interface LastReadings { items: CounterReading[]; by_tag: string[] }
/** What waits for this person to decide on; of many the oldest. */
export interface HeldNow { waiting: number; entries: HeldEntry[]; jumps: HeldJump[] }
/** What is in the way of an order that is due; `text` is English. */
export interface Hindrance { code: "runs" | "ran" | "gone" | "refused"; text: string; job: string | null; since: string | null }
/** `hindered`: why an order that should have started itself by now has not. */
export interface JobOrder { equipment_id: number; job_order: string; product: string; quantity: number | null; planned_start: string | null; start: "manual" | "scheduled"; status: "planned" | "running" | "ended" | "withdrawn"; hindered: Hindrance | null }
/** `units`: how many of its unit one of another is, exactly, as text. */
export interface Product { id: string; name: string; unit: string | null; rates_upm: Record<string, number>; units: Record<string, string> }
/** Units that are kept and not counted: nothing ran then, or the product does not say what one of them is. */
export interface Unconverted { equipment_id: number; start: string; end: string; kind: "good" | "scrap" | "rework" | "infeed"; quantity: number; unit: string; product: string | null; why: "no-job" | "no-conversion"; by: string | null }
export type Category = "failure" | "setup" | "planned" | "external" | "other";
/** `key` is the part below the parent's: a record carries `mechanical/jam`. */
export interface Reason { key: string; name: string; category: Category | (string & {}); children: Reason[] }
/** A shift that somebody signed; `reopened`: the signature was taken back, by whom, when and why. */
export interface Signature { id: number; equipment_id: number; shift_id: string; shift_name: string; start: string; end: string; by: string; at: string; comment: string | null; known: number; reopened: { by: string; at: string; why: string } | null }
/** Figures of a period kept under a name; `digest` is the SHA-256 of what was kept. */
export interface FrozenReport { id: number; name: string; view: "kpis" | "losses" | "stops"; equipment_id: number; start: string; end: string; as_of: number; by: string; by_id: string; at: string; note: string | null; known: number; digest: string; withdrawn: { by: string; at: string } | null }
export interface Shift { id: string; name: string; start: string; end: string; crew: string | null }

export interface KpiFigure { id: string; name: string; value: number | null; unit: string | null; low?: number | null; high?: number | null; convention: string | null; standard: string | null; target?: number | null; /** The path of the equipment that it was set for. */ target_of?: string | null; meets?: boolean | null; /** Why there is no value: a key of `whyWords`. */ why?: string | null }
/** What a KPI means. `waits_for`: nothing computes it until that part of the plant is there; `problem`: a package offers it, and why it cannot be used. */
export interface KpiWords { id: string; name: string; formula: string; unit: string; range: string; standard: string; convention: string; iso: number | null; live: boolean; waits_for: string | null; missing: string | null; problem: string | null }
interface Factors { availability: number | null; performance: number | null; quality: number | null; oee: number | null }
/** A rule that differs from ISO 22400-2: what it moves, and the factors from there on. */
export interface ConventionStep extends Factors { key: string; words: string; us: number | null; pieces: number | null }
export interface Convention extends Factors { id: string; name: string; formulas: { availability: string; performance: string; quality: string }; note: string; difference: number | null; steps: ConventionStep[]; more: Record<string, number | null> }
export interface Conventions { equipment_id: number; start: string; end: string; until: string; coverage: number | null; unrated: number | null; no_data: string; short_stops: number; short_stop_max_s: number; shown: string; conventions: Convention[] }
export interface Loss { key: string; label: string; us: number; units: number | null }
export interface Times {
  elapsed_us: number;
  not_planned_us: number;
  planned_down_us: number;
  pot_us: number;
  pbt_us: number;
  apt_us: number;
  aust_us: number;
  adet_us: number;
  adot_us: number;
  nodt_us: number;
}
export interface Kpis {
  equipment_id: number;
  start: string;
  end: string;
  /** Where the period ends so far; `end` of a running shift lies ahead. */
  until?: string;
  shift: Omit<Shift, "crew"> | null;
  as_of: number | string | null;
  /** Up to here held, from here derived live. */
  settled: string | null;
  line_method?: string | null;
  /** Something below the node is out of sight. */
  partial?: boolean;
  /** What to configure so that more has figures. */
  hints?: string[];
  times: Times;
  counts: Counts;
  coverage: number | null;
  kpis: KpiFigure[];
  losses: Loss[];
  /** The six big losses, what is none of them, and effective time: together the planned busy time. */
  big_losses?: Loss[];
}

/** The running shift against its plan. `due`: pieces of its known time; `difference` in pieces and minutes, negative is behind; `projected` at its end. */
export interface ShiftPace { planned: number | null; due: number | null; good: number | null; difference: number | null; difference_min: number | null; projected: number | null; basis: "plan" | "speed" | null; missing: string | null }
/** A running job: `made` of `quantity`; one in ten such is done by `earliest`, nine in ten by `latest`. `missing`: why nobody can say. */
export interface JobPace { job_response_id: string; job_order: string | null; product: string; start: string; quantity: number | null; made: number | null; earliest: string | null; expected_end: string | null; latest: string | null; rests_on: { stretches: number; pieces: number } | null; missing: string | null }
/** Shift to date of a machine or a line; up to `settled` it rests on what is settled, then on what is decided live. */
export interface LiveKpi { equipment_id: number; start: string; end: string; until: string; shift: Omit<Shift, "crew"> | null; settled: string | null; coverage: number | null; counts: Counts | null; kpis: KpiFigure[]; pace: ShiftPace; jobs: JobPace[]; hints: string[] }

/** A stretch with one rate; `ahead`: it lies ahead, with the rate of what ran last. */
export interface PlanPart { start: string; end: string; busy_us: number; rate_upm: number | null; pieces: number | null; products: string[]; ahead: boolean }
/** How planned pieces come about: planned time times the rate that held; `due` in the known time up to `until`. */
export interface Plan { equipment_id: number; unit_id: number; start: string; end: string; until: string; planned: number | null; due: number | null; good: number | null; difference: number | null; known_us: number; /** What a running shift comes to is good + good_known · rest / due. */ good_known: number; rest: number | null; parts: PlanPart[]; hints: string[] }

export interface ExplainNode {
  /** Also the path by which it is asked for. */
  key: string;
  label: string;
  value: Scalar;
  unit: string | null;
  kind: string;
  formula?: string | null;
  convention?: string | null;
  detail: Record<string, unknown>;
  more: boolean;
  next?: string | null;
  children: ExplainNode[];
}

/** What moved a figure between two moments of knowledge; contributions sum up to the difference. */
export interface KpiChange {
  kind: string;
  known: number;
  at: string;
  by: string | null;
  why: string | null;
  said: Record<string, Scalar>;
  equipment: string[];
  moves: { cls_before: string; cls_after: string; us: number }[];
  pieces: Record<string, number>;
  ideal_us: number;
  contribution: number | null;
  steps: number;
}

export interface KpiDiff {
  before: number | null;
  after: number | null;
  difference: number | null;
  partial: boolean;
  changes: KpiChange[];
  count: number;
  next?: string | null;
}

export interface Connection {
  name: string;
  driver: string;
  endpoint: string | null;
  up: boolean;
  since: string | null;
  cause: string | null;
  good_through: string | null;
  clock_offset_us: number | null;
  samples_per_s: number | null;
  insecure: boolean;
  overruns?: number;
  reconnects?: number;
  lost_samples?: number;
  points_bad?: number;
  /** `demoted`: the link stands but the device is silent; it is asked now and then. */
  state?: "down" | "settling" | "up" | "demoted";
  reads_per_s?: number | null;
  rtt_p50_us?: number | null;
  rtt_p99_us?: number | null;
  bad_ratio?: number | null;
  lag_us?: number | null;
  /** Share of the last minute in which we did not read it, because it sends more than can be kept. */
  held_ratio?: number;
  demotions?: number;
  /** Parcels of files, rows and posts on our disk until the historian has them; `refused`: it never will. */
  waiting?: number;
  waiting_since?: string | null;
  refused?: number;
  refused_why?: string;
}
/** A time in which a connection was up, or down; `end` null: still. */
export interface LinkPeriod { state: "up" | "down"; connection: string; start: string; end: string | null; duration_us: number | null; causes: { at: string; cause: string }[]; alerted: boolean }
/** `availability` = up / observed; null where nothing was observed. */
export interface LinkTotals { connection: string; start: string; end: string; observed_us: number; up_us: number; down_us: number; availability: number | null; outages: number; longest_us: number; longest: LinkPeriod | null }

export interface Series { tag: number; unit: string | null; width_us: number; t0_us: number[]; min: (number | null)[]; max: (number | null)[]; first: (number | null)[]; last: (number | null)[]; n: number[]; n_good: number[] }

/** The newest sample of a tag at or before a moment. */
export interface Moment extends TagValue { tag: number; dropped: boolean }

/** A view of a screen under a name; `search` is the query of its address. */
export interface SavedView { id: string; name: string; screen: string; search: string; equipment_id: number; shared: boolean; owner: string; yours: boolean; saved: string }

/** What a stretch of time of a tag comes to. */
export interface Statistics { tag: number; n: number; n_good: number; min: number | null; max: number | null; mean: number | null; covered_s: number; good_share: number }

export interface Job { id: string; title: string; done: number; total: number | null; unit: string | null; state: string; started: string; detail?: string }

export interface SimUnit { path: string; name: string; state: string; jammed: boolean; cause: string | null; buffer_before: number | null; buffer_after: number | null; speed_upm: number | null; unplugged: boolean }
export interface Sim { units: SimUnit[]; speed: number }

export type CauseRole = "own" | "pace" | "outside" | "no_data" | "unclear";
export interface Cause { unit_id: number; role: CauseRole; reason: string | null }
export interface CauseRow extends Cause { lost_us: number; lost_units: number | null; unrated_us: number; inferred_us: number; stops: number; share: number | null }
export interface Bottleneck { unit_id: number; sole_us: number; shifting_us: number; share: number | null }
export interface BottleneckStretch { start: string; end: string; unit_id: number; then_id: number | null }
export interface Causes { equipment_id: number; unit_id: number; start: string; end: string; busy_us: number; lost_us: number; lost_units: number | null; slow_us: number; rows: CauseRow[]; bottlenecks: Bottleneck[]; strip: BottleneckStretch[]; partial: boolean; method: string }
export interface CauseTrail { unit_id: number; record: string; says: "run" | "own" | "starved" | "blocked" | "no_data" }
export interface CausePiece extends Cause { start: string; end: string; lost_us: number; lost_units: number | null; state: string; stop: string; inferred: boolean; trail: CauseTrail[] }
export interface StopCause { stop_id: string; initial: Cause; key: Cause; inferred: boolean; without: { lost_us: number; gained_us: number; units: number | null; anyway: { unit_id: number; lost_us: number }[] } }
/** `since`: how far back the pages so far tell all stops. */
export interface StopCauses { items: StopCause[]; since: string; next: string | null }
