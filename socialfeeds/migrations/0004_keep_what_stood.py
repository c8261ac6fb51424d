"""What stood before: a token becomes credentials, a delivery gets its words and key, a pause its row."""

import json

from django.db import migrations

from engage.crypto import seal, unseal

ACCOUNTS, DELIVERIES = "socialfeeds_account", "socialfeeds_delivery"


def keep(apps, editor):
    with editor.connection.cursor() as cursor:
        # The walls bind the owner too. They are laid anew after each migrate.
        for table in (ACCOUNTS, DELIVERIES, "socialfeeds_message"):
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        cursor.execute(f"SELECT id, sealed_credentials FROM {ACCOUNTS}")
        for number, sealed in cursor.fetchall():
            credentials = seal(json.dumps({"access_token": unseal(bytes(sealed))}))
            cursor.execute(
                f"UPDATE {ACCOUNTS} SET sealed_credentials = %s WHERE id = %s", [credentials, number]
            )
        cursor.execute(
            f"UPDATE {DELIVERIES} d SET key = gen_random_uuid(), text = m.text"
            " FROM socialfeeds_message m WHERE m.id = d.message_id"
        )
        for table in (ACCOUNTS, DELIVERIES, "socialfeeds_message"):
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    pauses, commands = (
        apps.get_model(*name).objects.using(editor.connection.alias)
        for name in [("socialfeeds", "Pause"), ("precincts", "Command")]
    )
    for command in commands.filter(publishing_paused=True):
        pauses.create(place=command)


class Migration(migrations.Migration):
    dependencies = [("socialfeeds", "0003_the_voice"), ("precincts", "0004_sessions")]
    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
