"""The database itself refuses to change or to take away a line of the audit log."""

from django.db import migrations

TABLE = "organisations_auditline"
WORDS = "the audit log is append-only"

SQLITE = [
    f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    for verb in ("UPDATE", "DELETE")
]
POSTGRESQL = [
    f"CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    f"CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
]
UNDO = {
    "sqlite": ["DROP TRIGGER IF EXISTS audit_no_update", "DROP TRIGGER IF EXISTS audit_no_delete"],
    "postgresql": [f"DROP TRIGGER IF EXISTS audit_append_only ON {TABLE}", "DROP FUNCTION IF EXISTS audit_refuse()"],
}
DO = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def _run(statements, schema_editor):
    for statement in statements.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement, params=None)


def protect(apps, schema_editor):
    _run(DO, schema_editor)


def unprotect(apps, schema_editor):
    _run(UNDO, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("organisations", "0003_bodies_consent_audit")]

    operations = [migrations.RunPython(protect, unprotect)]
