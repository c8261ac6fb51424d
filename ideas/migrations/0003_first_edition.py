import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone


def make_first_edition(apps, schema_editor):
    """The rules that stand already are the first edition."""
    using = schema_editor.connection.alias
    Rule = apps.get_model("ideas", "Rule")
    if Rule.objects.using(using).exists():
        edition = apps.get_model("ideas", "Edition").objects.using(using).create(
            number=1, published_at=timezone.now()
        )
        Rule.objects.using(using).update(edition=edition)


class Migration(migrations.Migration):
    dependencies = [("ideas", "0002_the_desk")]

    operations = [
        migrations.RunPython(make_first_edition, migrations.RunPython.noop),
        # Or the table could not be altered in the same transaction.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="rule",
            name="edition",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="rules", to="ideas.edition"
            ),
        ),
    ]
