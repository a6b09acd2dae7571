"""The tables of the first walk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.Column("last_used_us", sa.BigInteger(), nullable=True),
        sa.Column("revoked_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
    )
    op.create_index(op.f("ix_api_token_person_id"), "api_token", ["person_id"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("operation", sa.String(length=80), nullable=False),
        sa.Column("actor_id", sa.String(length=120), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("session_id", sa.String(length=80), nullable=True),
        sa.Column("equipment_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "given",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("undo_operation", sa.String(length=80), nullable=True),
        sa.Column(
            "undo_given",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=True,
        ),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("known", name=op.f("uq_audit_known")),
    )
    op.create_table(
        "commit_log",
        sa.Column("known", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("known", name=op.f("pk_commit_log")),
    )
    op.create_index("ix_commit_log_at_us", "commit_log", ["at_us"], unique=False)
    op.create_table(
        "connection_identity",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection_identity")),
        sa.UniqueConstraint("name", name=op.f("uq_connection_identity_name")),
    )
    op.create_table(
        "connection_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("valid_from_us", sa.BigInteger(), nullable=False),
        sa.Column(
            "body",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=True,
        ),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection_version")),
    )
    op.create_index("ix_connection_version_key", "connection_version", ["key", "valid_from_us"], unique=False)
    op.create_table(
        "count_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("equipment_id", sa.BigInteger(), nullable=False),
        sa.Column("t0_us", sa.BigInteger(), nullable=False),
        sa.Column("t1_us", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=True),
        sa.Column("spread", sa.Boolean(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_record")),
    )
    op.create_index("ix_count_record_equipment_at", "count_record", ["equipment_id", "at_us"], unique=False)
    op.create_index("ix_count_record_equipment_t0", "count_record", ["equipment_id", "spread", "t0_us"], unique=False)
    op.create_table(
        "equipment_class_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("valid_from_us", sa.BigInteger(), nullable=False),
        sa.Column(
            "body",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=True,
        ),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment_class_version")),
    )
    op.create_index("ix_equipment_class_version_key", "equipment_class_version", ["key", "valid_from_us"], unique=False)
    op.create_table(
        "equipment_identity",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment_identity")),
        sa.UniqueConstraint("path", name=op.f("uq_equipment_identity_path")),
    )
    op.create_table(
        "equipment_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("valid_from_us", sa.BigInteger(), nullable=False),
        sa.Column(
            "body",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=True,
        ),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment_version")),
    )
    op.create_index("ix_equipment_version_key", "equipment_version", ["key", "valid_from_us"], unique=False)
    op.create_table(
        "event_handled",
        sa.Column("handler", sa.String(length=80), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("handler", name=op.f("pk_event_handled")),
    )
    op.create_table(
        "event_log",
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column(
            "body",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("known", "n", name=op.f("pk_event_log")),
    )
    op.create_table(
        "held_jump",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("equipment_id", sa.BigInteger(), nullable=False),
        sa.Column("t0_us", sa.BigInteger(), nullable=False),
        sa.Column("t1_us", sa.BigInteger(), nullable=False),
        sa.Column("counter", sa.String(length=10), nullable=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=10), nullable=False),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_jump")),
    )
    op.create_index("ix_held_jump_equipment_t1", "held_jump", ["equipment_id", "t1_us"], unique=False)
    op.create_table(
        "idempotency",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("actor_id", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("operation", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "output",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency")),
        sa.UniqueConstraint("actor_id", "key", name=op.f("uq_idempotency_actor_id_key")),
    )
    op.create_table(
        "job_consumer",
        sa.Column("consumer", sa.String(length=80), nullable=False),
        sa.Column("head_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("consumer", name=op.f("pk_job_consumer")),
    )
    op.create_table(
        "job_response",
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("equipment_id", sa.BigInteger(), nullable=False),
        sa.Column("job_order", sa.String(length=120), nullable=True),
        sa.Column("product", sa.String(length=400), nullable=False),
        sa.Column("lot", sa.String(length=120), nullable=True),
        sa.Column("t0_us", sa.BigInteger(), nullable=False),
        sa.Column("t1_us", sa.BigInteger(), nullable=True),
        sa.Column("standard_rate_upm", sa.Float(), nullable=True),
        sa.Column("crew", sa.String(length=120), nullable=True),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("run_equipment_id", sa.BigInteger(), nullable=False),
        sa.Column("started_by", sa.String(length=12), nullable=False),
        sa.Column("ended_by", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_job_response")),
    )
    op.create_index("ix_job_response_equipment", "job_response", ["equipment_id", "t0_us"], unique=False)
    op.create_index("ix_job_response_id", "job_response", ["id"], unique=False)
    op.create_index("ix_job_response_run", "job_response", ["run_id"], unique=False)
    op.create_table(
        "material_definition",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("valid_from_us", sa.BigInteger(), nullable=False),
        sa.Column(
            "body",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=True,
        ),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_definition")),
    )
    op.create_index("ix_material_definition_key", "material_definition", ["key", "valid_from_us"], unique=False)
    op.create_table(
        "one_time_token",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_one_time_token")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("login", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("login", name=op.f("uq_person_login")),
    )
    op.create_table(
        "person_grant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("equipment_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_grant")),
    )
    op.create_index(op.f("ix_person_grant_person_id"), "person_grant", ["person_id"], unique=False)
    op.create_table(
        "person_session",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("seen_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_session")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_person_session_secret_hash")),
    )
    op.create_index(op.f("ix_person_session_person_id"), "person_session", ["person_id"], unique=False)
    op.create_table(
        "plant_head_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("valid_from_us", sa.BigInteger(), nullable=False),
        sa.Column(
            "body",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=True,
        ),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plant_head_version")),
    )
    op.create_index("ix_plant_head_version_key", "plant_head_version", ["key", "valid_from_us"], unique=False)
    op.create_table(
        "plant_version",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("valid_from_us", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "documents",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "summary",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("actor_id", sa.String(length=120), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_plant_version")),
    )
    op.create_table(
        "reason",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("valid_from_us", sa.BigInteger(), nullable=False),
        sa.Column(
            "body",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=True,
        ),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reason")),
    )
    op.create_index("ix_reason_key", "reason", ["key", "valid_from_us"], unique=False)
    op.create_table(
        "rollup_job",
        sa.Column("equipment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.String(length=400), nullable=False),
        sa.Column("shift_id", sa.String(length=400), nullable=False),
        sa.Column("shift_name", sa.String(length=400), nullable=False),
        sa.Column("crew", sa.String(length=400), nullable=False),
        sa.Column("product", sa.String(length=400), nullable=False),
        sa.Column("job_response_id", sa.String(length=400), nullable=False),
        sa.Column("bucket_from_us", sa.BigInteger(), nullable=False),
        sa.Column("bucket_to_us", sa.BigInteger(), nullable=False),
        sa.Column("elapsed_us", sa.BigInteger(), nullable=False),
        sa.Column("not_planned_us", sa.BigInteger(), nullable=False),
        sa.Column("planned_down_us", sa.BigInteger(), nullable=False),
        sa.Column("apt_us", sa.BigInteger(), nullable=False),
        sa.Column("aust_us", sa.BigInteger(), nullable=False),
        sa.Column("adet_us", sa.BigInteger(), nullable=False),
        sa.Column("adot_us", sa.BigInteger(), nullable=False),
        sa.Column("nodt_us", sa.BigInteger(), nullable=False),
        sa.Column("external_us", sa.BigInteger(), nullable=False),
        sa.Column("extended_us", sa.BigInteger(), nullable=False),
        sa.Column("apart_us", sa.BigInteger(), nullable=False),
        sa.Column("apt_rated_us", sa.BigInteger(), nullable=False),
        sa.Column("good", sa.BigInteger(), nullable=False),
        sa.Column("scrap", sa.BigInteger(), nullable=False),
        sa.Column("rework", sa.BigInteger(), nullable=False),
        sa.Column("infeed", sa.BigInteger(), nullable=False),
        sa.Column("good_observed", sa.BigInteger(), nullable=False),
        sa.Column("scrap_observed", sa.BigInteger(), nullable=False),
        sa.Column("rework_observed", sa.BigInteger(), nullable=False),
        sa.Column("good_nodt", sa.BigInteger(), nullable=False),
        sa.Column("scrap_nodt", sa.BigInteger(), nullable=False),
        sa.Column("rework_nodt", sa.BigInteger(), nullable=False),
        sa.Column("ideal_ns", sa.BigInteger(), nullable=False),
        sa.Column("ideal_nodt_ns", sa.BigInteger(), nullable=False),
        sa.Column("ideal_good_ns", sa.BigInteger(), nullable=False),
        sa.Column("nodt_rated_us", sa.BigInteger(), nullable=False),
        sa.Column("theoretical_nodt_mu", sa.BigInteger(), nullable=False),
        sa.Column("theoretical_mu", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "equipment_id",
            "day",
            "shift_id",
            "shift_name",
            "crew",
            "product",
            "job_response_id",
            name=op.f("pk_rollup_job"),
        ),
    )
    op.create_table(
        "rollup_reason",
        sa.Column("equipment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.String(length=400), nullable=False),
        sa.Column("shift_id", sa.String(length=400), nullable=False),
        sa.Column("shift_name", sa.String(length=400), nullable=False),
        sa.Column("product", sa.String(length=400), nullable=False),
        sa.Column("cls", sa.String(length=400), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("bucket_from_us", sa.BigInteger(), nullable=False),
        sa.Column("bucket_to_us", sa.BigInteger(), nullable=False),
        sa.Column("slices", sa.BigInteger(), nullable=False),
        sa.Column("elapsed_us", sa.BigInteger(), nullable=False),
        sa.Column("good", sa.BigInteger(), nullable=False),
        sa.Column("scrap", sa.BigInteger(), nullable=False),
        sa.Column("rework", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "equipment_id", "day", "shift_id", "shift_name", "product", "cls", "reason", name=op.f("pk_rollup_reason")
        ),
    )
    op.create_table(
        "scan_class_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("valid_from_us", sa.BigInteger(), nullable=False),
        sa.Column(
            "body",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=True,
        ),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_class_version")),
    )
    op.create_index("ix_scan_class_version_key", "scan_class_version", ["key", "valid_from_us"], unique=False)
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("login", sa.String(length=120), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index("ix_sign_in_failure_login", "sign_in_failure", ["login", "at_us"], unique=False)
    op.create_table(
        "slice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("equipment_id", sa.BigInteger(), nullable=False),
        sa.Column("t0_us", sa.BigInteger(), nullable=False),
        sa.Column("t1_us", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("external", sa.Boolean(), nullable=False),
        sa.Column("unplanned", sa.Boolean(), nullable=False),
        sa.Column("plan", sa.String(length=12), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("shift_id", sa.String(length=400), nullable=True),
        sa.Column("shift_name", sa.String(length=200), nullable=True),
        sa.Column("crew", sa.String(length=200), nullable=True),
        sa.Column("cls", sa.String(length=12), nullable=False),
        sa.Column("jobs", sa.Integer(), nullable=False),
        sa.Column("job_response_id", sa.String(length=80), nullable=True),
        sa.Column("product", sa.String(length=200), nullable=True),
        sa.Column("rate_upm", sa.Float(), nullable=True),
        sa.Column("rated_us", sa.BigInteger(), nullable=False),
        sa.Column("good", sa.BigInteger(), nullable=False),
        sa.Column("scrap", sa.BigInteger(), nullable=False),
        sa.Column("rework", sa.BigInteger(), nullable=False),
        sa.Column("infeed", sa.BigInteger(), nullable=False),
        sa.Column("ideal_ns", sa.BigInteger(), nullable=False),
        sa.Column("ideal_good_ns", sa.BigInteger(), nullable=False),
        sa.Column("theoretical_mu", sa.BigInteger(), nullable=False),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slice")),
    )
    op.create_index(
        "ix_slice_bucket",
        "slice",
        ["equipment_id", "day"],
        unique=False,
        sqlite_where=sa.text("known_to IS NULL"),
        postgresql_where=sa.text("known_to IS NULL"),
    )
    op.create_index("ix_slice_time", "slice", ["equipment_id", "t0_us"], unique=False)
    op.create_index(
        "uq_slice_current",
        "slice",
        ["equipment_id", "t0_us"],
        unique=True,
        sqlite_where=sa.text("known_to IS NULL"),
        postgresql_where=sa.text("known_to IS NULL"),
    )
    op.create_table(
        "state_checkpoint",
        sa.Column("equipment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_us", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("equipment_id", "at_us", name=op.f("pk_state_checkpoint")),
    )
    op.create_table(
        "state_position",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("head_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_state_position")),
    )
    op.create_table(
        "state_progress",
        sa.Column("equipment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("late", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("equipment_id", name=op.f("pk_state_progress")),
    )
    op.create_table(
        "state_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("equipment_id", sa.BigInteger(), nullable=False),
        sa.Column("t0_us", sa.BigInteger(), nullable=False),
        sa.Column("t1_us", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("external", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_state_record")),
    )
    op.create_index("ix_state_record_equipment_t0", "state_record", ["equipment_id", "t0_us"], unique=False)
    op.create_table(
        "tag_identity",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_kind", sa.String(length=12), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("property", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag_identity")),
        sa.UniqueConstraint(
            "owner_kind", "owner_id", "property", name=op.f("uq_tag_identity_owner_kind_owner_id_property")
        ),
    )
    op.create_table(
        "work_calendar",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("valid_from_us", sa.BigInteger(), nullable=False),
        sa.Column(
            "body",
            sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql"),
            nullable=True,
        ),
        sa.Column("known_from", sa.BigInteger(), nullable=False),
        sa.Column("known_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_calendar")),
    )
    op.create_index("ix_work_calendar_key", "work_calendar", ["key", "valid_from_us"], unique=False)
    op.create_table(
        "slice_job",
        sa.Column("slice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("job_response_id", sa.String(length=80), nullable=True),
        sa.Column("product", sa.String(length=200), nullable=True),
        sa.Column("rate_upm", sa.Float(), nullable=True),
        sa.Column("share_ppm", sa.BigInteger(), nullable=False),
        sa.Column("elapsed_us", sa.BigInteger(), nullable=False),
        sa.Column("good", sa.BigInteger(), nullable=False),
        sa.Column("scrap", sa.BigInteger(), nullable=False),
        sa.Column("rework", sa.BigInteger(), nullable=False),
        sa.Column("infeed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["slice_id"], ["slice.id"], name=op.f("fk_slice_job_slice_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("slice_id", "place", name=op.f("pk_slice_job")),
    )
