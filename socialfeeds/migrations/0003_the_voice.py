import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import precincts.tenancy
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('precincts', '0004_sessions'),
        ('precincts', '__first__'),
        ('socialfeeds', '0002_histories'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='account',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='account',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='account',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='delivery',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='delivery',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='message',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='message',
            name='delete_delete',
        ),
        migrations.CreateModel(
            name='AccountDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('followers', models.PositiveIntegerField(null=True)),
                ('reach', models.PositiveBigIntegerField(null=True)),
                ('reactions', models.PositiveBigIntegerField(null=True)),
                ('replies', models.PositiveBigIntegerField(null=True)),
                ('shares', models.PositiveBigIntegerField(null=True)),
                ('account', precincts.tenancy.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='days', to='socialfeeds.account')),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
            ],
        ),
        migrations.CreateModel(
            name='Alarm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('dead_account', 'An account must be connected again'), ('needs_person', "A message waits for a person's decision"), ('missed', 'A message was not sent in time'), ('expired', 'A message was not approved in time'), ('certificate', 'A certificate ends'), ('budget', 'The budget is nearly spent'), ('surge', 'A surge of mentions')], max_length=12)),
                ('key', models.CharField(blank=True, max_length=60)),
                ('words', models.CharField(max_length=300)),
                ('about', models.JSONField(blank=True, default=dict)),
                ('raised_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('told_at', models.DateTimeField(null=True)),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('acknowledged_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
            ],
        ),
        migrations.CreateModel(
            name='AlarmEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('kind', models.CharField(choices=[('dead_account', 'An account must be connected again'), ('needs_person', "A message waits for a person's decision"), ('missed', 'A message was not sent in time'), ('expired', 'A message was not approved in time'), ('certificate', 'A certificate ends'), ('budget', 'The budget is nearly spent'), ('surge', 'A surge of mentions')], max_length=12)),
                ('key', models.CharField(blank=True, max_length=60)),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('acknowledged_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='socialfeeds.alarm')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('alt', models.CharField(blank=True, max_length=1000)),
                ('mime', models.CharField(max_length=20)),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('size', models.PositiveIntegerField(help_text='bytes')),
                ('place', models.PositiveSmallIntegerField(default=0)),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
                ('message', precincts.tenancy.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='socialfeeds.message')),
            ],
            options={
                'ordering': ['place', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Course',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True)),
                ('note', models.TextField(blank=True, max_length=1000)),
                ('questions_asked', models.PositiveSmallIntegerField(default=10)),
                ('questions_right', models.PositiveSmallIntegerField(default=8)),
                ('lasts_days', models.PositiveSmallIntegerField(default=365)),
                ('published_at', models.DateTimeField(null=True)),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked', models.JSONField()),
                ('right', models.PositiveSmallIntegerField(null=True)),
                ('begun_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('ended_at', models.DateTimeField(null=True)),
                ('passed', models.BooleanField(default=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to=settings.AUTH_USER_MODEL)),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='socialfeeds.course')),
            ],
        ),
        migrations.CreateModel(
            name='Broadcast',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=5000)),
                ('link', models.URLField(blank=True, max_length=500)),
                ('must_run', models.BooleanField(default=False)),
                ('networks', models.JSONField(blank=True, default=list)),
                ('scheduled_at', models.DateTimeField(null=True)),
                ('closes_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Budget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month_usd', models.DecimalField(decimal_places=2, max_digits=8)),
                ('set_at', models.DateTimeField(auto_now=True)),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
                ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='BudgetEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('month_usd', models.DecimalField(decimal_places=2, max_digits=8)),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='socialfeeds.budget')),
                ('set_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issued_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('attempt', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='certificate', to='socialfeeds.attempt')),
                ('revoked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='certificates', to=settings.AUTH_USER_MODEL)),
                ('course', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='socialfeeds.course')),
            ],
        ),
        migrations.CreateModel(
            name='CertificateEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='socialfeeds.certificate')),
                ('revoked_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='GuardrailEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True)),
                ('note', models.TextField(blank=True, help_text='What changed, and why.', max_length=1000)),
                ('published_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Guardrail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('key', models.SlugField(max_length=40)),
                ('title', models.CharField(max_length=120)),
                ('explanation', models.TextField(max_length=1000)),
                ('example', models.CharField(blank=True, help_text='What not to write.', max_length=300)),
                ('better', models.CharField(blank=True, help_text='How to say it instead.', max_length=300)),
                ('effect', models.CharField(choices=[('block', 'Block'), ('approval', "Needs headquarters' approval"), ('warn', 'Warn'), ('hint', 'Hint')], max_length=8)),
                ('words', models.JSONField(blank=True, default=list)),
                ('passes', models.JSONField(blank=True, default=list)),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='guardrails', to='socialfeeds.guardrailedition')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='Hiding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('asked', 'Waiting for a second person'), ('refused', 'Not hidden'), ('hiding', 'Being hidden'), ('hidden', 'Hidden'), ('showing', 'Being shown again'), ('shown', 'Shown again'), ('failed', 'The network refused')], default='asked', max_length=8)),
                ('edition', models.PositiveIntegerField()),
                ('rule', models.PositiveSmallIntegerField()),
                ('rule_title', models.CharField(max_length=200)),
                ('reason', models.TextField(blank=True, max_length=1000)),
                ('snapshot', models.JSONField()),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('decided_at', models.DateTimeField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('due_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('mention', precincts.tenancy.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='hidings', to='socialfeeds.mention')),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='HidingEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('state', models.CharField(choices=[('asked', 'Waiting for a second person'), ('refused', 'Not hidden'), ('hiding', 'Being hidden'), ('hidden', 'Hidden'), ('showing', 'Being shown again'), ('shown', 'Shown again'), ('failed', 'The network refused')], default='asked', max_length=8)),
                ('reason', models.TextField(blank=True, max_length=1000)),
                ('asked_by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
                ('decided_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='socialfeeds.hiding')),
                ('undone_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('reason', models.TextField(blank=True, max_length=1000)),
                ('since', models.DateField(null=True)),
                ('until', models.DateField(null=True)),
                ('placed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('account', precincts.tenancy.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='socialfeeds.account')),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
                ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('placed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LegalHoldEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('name', models.CharField(max_length=120)),
                ('since', models.DateField(null=True)),
                ('until', models.DateField(null=True)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('account', precincts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='socialfeeds.account')),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
                ('lifted_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='socialfeeds.legalhold')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Lesson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField()),
                ('title', models.CharField(max_length=120)),
                ('body', models.TextField(max_length=20000)),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lessons', to='socialfeeds.course')),
            ],
            options={
                'ordering': ['place', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='MessageStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('did', models.CharField(choices=[('submitted', 'Sent for approval'), ('approved', 'Approved'), ('returned', 'Returned to its author'), ('overrode', 'Overrode a guardrail'), ('released', 'Released'), ('expired', 'Ran out of time'), ('withdrawn', 'Withdrawn'), ('taken_back', 'Taken back'), ('deleted', 'Deleted from the network'), ('resumed', 'Decided after a pause')], max_length=10)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('version', models.PositiveIntegerField()),
                ('guardrail', models.PositiveSmallIntegerField(null=True)),
                ('reason', models.TextField(blank=True, max_length=1000)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
                ('message', precincts.tenancy.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='socialfeeds.message')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='NetworkApp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('network', models.CharField(choices=[('x', 'X'), ('facebook', 'Facebook'), ('bluesky', 'Bluesky'), ('mastodon', 'Mastodon')], max_length=10)),
                ('server', models.CharField(max_length=200)),
                ('client_id', models.CharField(max_length=200)),
                ('sealed_secret', models.BinaryField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('open', 'Offered'), ('adopted', 'Adopted'), ('edited', 'Adopted with changes'), ('declined', 'Declined'), ('run', 'Run for headquarters'), ('closed', 'No longer offered')], default='open', max_length=8)),
                ('decided_at', models.DateTimeField(null=True)),
                ('trouble', models.CharField(blank=True, max_length=300)),
                ('broadcast', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='socialfeeds.broadcast')),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('message', precincts.tenancy.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='socialfeeds.message')),
            ],
        ),
        migrations.CreateModel(
            name='OfferEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('status', models.CharField(choices=[('open', 'Offered'), ('adopted', 'Adopted'), ('edited', 'Adopted with changes'), ('declined', 'Declined'), ('run', 'Run for headquarters'), ('closed', 'No longer offered')], default='open', max_length=8)),
                ('decided_at', models.DateTimeField(null=True)),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
                ('decided_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='socialfeeds.offer')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Pause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('begun_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('lifted_at', models.DateTimeField(null=True)),
                ('begun_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('place', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='pauses', to='precincts.command')),
            ],
        ),
        migrations.CreateModel(
            name='PauseEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('begun_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('lifted_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='socialfeeds.pause')),
                ('place', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='precincts.command')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField()),
                ('text', models.TextField(max_length=1000)),
                ('choices', models.JSONField()),
                ('why', models.TextField(max_length=1000)),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='socialfeeds.course')),
            ],
            options={
                'ordering': ['place', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='RecordEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField()),
                ('kind', models.CharField(choices=[('said', 'Said'), ('heard', 'Heard'), ('edited', 'Edited'), ('gone', 'Deleted by its author'), ('deleted', 'Deleted by us'), ('hidden', 'Hidden'), ('shown', 'Shown again'), ('step', 'A step of a message'), ('refused', 'Refused by the network')], max_length=8)),
                ('about', models.CharField(max_length=60)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('body', models.JSONField()),
                ('previous', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('account', precincts.tenancy.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='socialfeeds.account')),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='RecordHead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField(default=0)),
                ('hash', models.CharField(blank=True, max_length=64)),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
            ],
        ),
        migrations.CreateModel(
            name='Scenario',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField()),
                ('text', models.TextField(max_length=1000)),
                ('may_post', models.BooleanField()),
                ('why', models.TextField(max_length=1000)),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scenarios', to='socialfeeds.lesson')),
            ],
            options={
                'ordering': ['place', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Slot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.PositiveSmallIntegerField()),
                ('time', models.TimeField()),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
            ],
            options={
                'ordering': ['weekday', 'time'],
            },
        ),
        migrations.CreateModel(
            name='SpendingDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('kind', models.CharField(choices=[('post', 'Posts'), ('link', 'Posts with a link'), ('read', 'Reads')], max_length=4)),
                ('number', models.PositiveIntegerField(default=0)),
                ('micros', models.PositiveBigIntegerField(default=0)),
                ('account', precincts.tenancy.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='spending', to='socialfeeds.account')),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
            ],
        ),
        migrations.CreateModel(
            name='Thread',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('conversation_id', models.CharField(max_length=200)),
                ('status', models.CharField(choices=[('open', 'Open'), ('done', 'Done'), ('referred', 'Referred')], default='open', max_length=8)),
                ('version', models.PositiveIntegerField(default=1)),
                ('topic', models.CharField(blank=True, max_length=60)),
                ('place', models.CharField(blank=True, max_length=200)),
                ('last_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('waiting_since', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('account', precincts.tenancy.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='threads', to='socialfeeds.account')),
                ('assigned_to', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
                ('referred_to', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='precincts.command')),
                ('suggested_command', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='precincts.command')),
            ],
        ),
        migrations.CreateModel(
            name='ThreadEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('status', models.CharField(choices=[('open', 'Open'), ('done', 'Done'), ('referred', 'Referred')], default='open', max_length=8)),
                ('topic', models.CharField(blank=True, max_length=60)),
                ('place', models.CharField(blank=True, max_length=200)),
                ('assigned_to', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='socialfeeds.thread')),
                ('referred_to', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='precincts.command')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ThreadNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=2000)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
                ('thread', precincts.tenancy.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='socialfeeds.thread')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='WatchedWords',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.CharField(max_length=100)),
                ('cursor', models.TextField(blank=True)),
                ('fetched_at', models.DateTimeField(null=True)),
                ('resting_until', models.DateTimeField(null=True)),
                ('trouble', models.CharField(blank=True, max_length=300)),
                ('account', precincts.tenancy.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='watched', to='socialfeeds.account')),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
            ],
        ),
        migrations.CreateModel(
            name='WatchedWordsEvent',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('words', models.CharField(max_length=100)),
                ('account', precincts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='socialfeeds.account')),
                ('command', models.ForeignKey(db_index=False, default=precincts.tenancy.current_command_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='precincts.command')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='socialfeeds.watchedwords')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RemoveConstraint(
            model_name='account',
            name='account_once',
        ),
        migrations.RemoveConstraint(
            model_name='delivery',
            name='delivery_once',
        ),
        migrations.RenameField(
            model_name='account',
            old_name='sealed_token',
            new_name='sealed_credentials',
        ),
        migrations.AddField(
            model_name='account',
            name='connected_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='account',
            name='limits',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='account',
            name='name',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='account',
            name='server',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='account',
            name='token_expires_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='trouble',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='account',
            name='troubled_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='accountevent',
            name='connected_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='accountevent',
            name='server',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='delivery',
            name='deleted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='delivery',
            name='key',
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AddField(
            model_name='delivery',
            name='part',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='delivery',
            name='text',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='deliveryevent',
            name='deleted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='mention',
            name='address',
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name='mention',
            name='author_id',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='mention',
            name='author_name',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='mention',
            name='edited_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='mention',
            name='gone_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='mention',
            name='hidden_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='mention',
            name='kind',
            field=models.CharField(choices=[('mention', 'Mention'), ('reply', 'Reply'), ('comment', 'Comment'), ('tag', 'Tag'), ('watched', 'Watched words')], default='mention', max_length=8),
        ),
        migrations.AddField(
            model_name='mention',
            name='parent_id',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='message',
            name='answers',
            field=precincts.tenancy.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='socialfeeds.mention'),
        ),
        migrations.AddField(
            model_name='message',
            name='approved_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='approved_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='message',
            name='changed_at',
            field=models.DateTimeField(auto_now=True),
        ),
        migrations.AddField(
            model_name='message',
            name='findings',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='message',
            name='guardrails',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='link',
            field=models.URLField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name='message',
            name='missed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='scheduled_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Waiting for approval'), ('released', 'Released'), ('expired', 'Not approved in time'), ('withdrawn', 'Withdrawn')], default='released', max_length=10),
        ),
        migrations.AddField(
            model_name='message',
            name='submitted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='time_zone',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='message',
            name='track_link',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='message',
            name='variants',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='message',
            name='version',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='message',
            name='waits_for',
            field=models.CharField(blank=True, choices=[('command', "the command's"), ('city', "headquarters'")], max_length=8),
        ),
        migrations.AddField(
            model_name='messageevent',
            name='approved_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='messageevent',
            name='approved_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='messageevent',
            name='link',
            field=models.URLField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name='messageevent',
            name='scheduled_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='messageevent',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Waiting for approval'), ('released', 'Released'), ('expired', 'Not approved in time'), ('withdrawn', 'Withdrawn')], default='released', max_length=10),
        ),
        migrations.AddField(
            model_name='messageevent',
            name='track_link',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='messageevent',
            name='variants',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='messageevent',
            name='waits_for',
            field=models.CharField(blank=True, choices=[('command', "the command's"), ('city', "headquarters'")], max_length=8),
        ),
        migrations.AlterField(
            model_name='account',
            name='external_id',
            field=models.CharField(max_length=200),
        ),
        migrations.AlterField(
            model_name='account',
            name='handle',
            field=models.CharField(max_length=120),
        ),
        migrations.AlterField(
            model_name='account',
            name='mentions_cursor',
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name='account',
            name='network',
            field=models.CharField(choices=[('x', 'X'), ('facebook', 'Facebook'), ('bluesky', 'Bluesky'), ('mastodon', 'Mastodon')], max_length=10),
        ),
        migrations.AlterField(
            model_name='accountevent',
            name='handle',
            field=models.CharField(max_length=120),
        ),
        migrations.AlterField(
            model_name='accountevent',
            name='network',
            field=models.CharField(choices=[('x', 'X'), ('facebook', 'Facebook'), ('bluesky', 'Bluesky'), ('mastodon', 'Mastodon')], max_length=10),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='external_id',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='state',
            field=models.CharField(choices=[('held', 'Not released'), ('ready', 'Waiting to be sent'), ('sending', 'Being sent'), ('sent', 'Sent'), ('failed', 'Not sent'), ('unknown', 'Being looked for')], default='ready', max_length=8),
        ),
        migrations.AlterField(
            model_name='deliveryevent',
            name='state',
            field=models.CharField(choices=[('held', 'Not released'), ('ready', 'Waiting to be sent'), ('sending', 'Being sent'), ('sent', 'Sent'), ('failed', 'Not sent'), ('unknown', 'Being looked for')], default='ready', max_length=8),
        ),
        migrations.AlterField(
            model_name='mention',
            name='author_handle',
            field=models.CharField(max_length=120),
        ),
        migrations.AlterField(
            model_name='mention',
            name='external_id',
            field=models.CharField(max_length=200),
        ),
        migrations.AlterField(
            model_name='message',
            name='text',
            field=models.TextField(blank=True, max_length=5000),
        ),
        migrations.AlterField(
            model_name='messageevent',
            name='text',
            field=models.TextField(blank=True, max_length=5000),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='account',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."command_id" IS DISTINCT FROM (NEW."command_id") OR OLD."connected_by_id" IS DISTINCT FROM (NEW."connected_by_id") OR OLD."handle" IS DISTINCT FROM (NEW."handle") OR OLD."network" IS DISTINCT FROM (NEW."network") OR OLD."server" IS DISTINCT FROM (NEW."server") OR OLD."status" IS DISTINCT FROM (NEW."status"))', func='INSERT INTO "socialfeeds_accountevent" ("command_id", "connected_by_id", "handle", "network", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "server", "status") VALUES (OLD."command_id", OLD."connected_by_id", OLD."handle", OLD."network", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."server", OLD."status"); RETURN NULL;', hash='55b2f09ab9e9826c6a53188b0e2a34696163af70', operation='UPDATE', pgid='pgtrigger_update_update_0d93e', table='socialfeeds_account', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='account',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "socialfeeds_accountevent" ("command_id", "connected_by_id", "handle", "network", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "server", "status") VALUES (OLD."command_id", OLD."connected_by_id", OLD."handle", OLD."network", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."server", OLD."status"); RETURN NULL;', hash='4aacf5750310486e659a44663e1d919f4407bb31', operation='DELETE', pgid='pgtrigger_delete_delete_e6137', table='socialfeeds_account', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='account',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "socialfeeds_accountevent" ("command_id", "connected_by_id", "handle", "network", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "server", "status") VALUES (NEW."command_id", NEW."connected_by_id", NEW."handle", NEW."network", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."server", NEW."status"); RETURN NULL;', hash='25c9b13cb013c5480e34d5969fcafba847994b78', operation='INSERT', pgid='pgtrigger_insert_insert_385c2', table='socialfeeds_account', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delivery',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."decided_at" IS DISTINCT FROM (NEW."decided_at") OR OLD."deleted_at" IS DISTINCT FROM (NEW."deleted_at"))', func='INSERT INTO "socialfeeds_deliveryevent" ("account_id", "command_id", "decided_at", "decided_by_id", "deleted_at", "error", "message_id", "needs_person", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (OLD."account_id", OLD."command_id", OLD."decided_at", OLD."decided_by_id", OLD."deleted_at", OLD."error", OLD."message_id", OLD."needs_person", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."state"); RETURN NULL;', hash='2ab1140402c93a1407036d124f385cb96d5dd9ed', operation='UPDATE', pgid='pgtrigger_update_update_e6f78', table='socialfeeds_delivery', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='delivery',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "socialfeeds_deliveryevent" ("account_id", "command_id", "decided_at", "decided_by_id", "deleted_at", "error", "message_id", "needs_person", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (OLD."account_id", OLD."command_id", OLD."decided_at", OLD."decided_by_id", OLD."deleted_at", OLD."error", OLD."message_id", OLD."needs_person", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."state"); RETURN NULL;', hash='d38dc582d8542ab67539bf8056f4b3fde9d1a9e8', operation='DELETE', pgid='pgtrigger_delete_delete_71e5d', table='socialfeeds_delivery', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."approved_at" IS DISTINCT FROM (NEW."approved_at") OR OLD."approved_by_id" IS DISTINCT FROM (NEW."approved_by_id") OR OLD."author_id" IS DISTINCT FROM (NEW."author_id") OR OLD."command_id" IS DISTINCT FROM (NEW."command_id") OR OLD."link" IS DISTINCT FROM (NEW."link") OR OLD."scheduled_at" IS DISTINCT FROM (NEW."scheduled_at") OR OLD."source_url" IS DISTINCT FROM (NEW."source_url") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."track_link" IS DISTINCT FROM (NEW."track_link") OR OLD."variants" IS DISTINCT FROM (NEW."variants") OR OLD."waits_for" IS DISTINCT FROM (NEW."waits_for"))', func='INSERT INTO "socialfeeds_messageevent" ("approved_at", "approved_by_id", "author_id", "command_id", "link", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "scheduled_at", "source_url", "status", "text", "track_link", "variants", "waits_for") VALUES (OLD."approved_at", OLD."approved_by_id", OLD."author_id", OLD."command_id", OLD."link", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."scheduled_at", OLD."source_url", OLD."status", OLD."text", OLD."track_link", OLD."variants", OLD."waits_for"); RETURN NULL;', hash='e075292fa6a55bdccbb753db8a6119bc20c96c2e', operation='UPDATE', pgid='pgtrigger_update_update_b127d', table='socialfeeds_message', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='message',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "socialfeeds_messageevent" ("approved_at", "approved_by_id", "author_id", "command_id", "link", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "scheduled_at", "source_url", "status", "text", "track_link", "variants", "waits_for") VALUES (OLD."approved_at", OLD."approved_by_id", OLD."author_id", OLD."command_id", OLD."link", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."scheduled_at", OLD."source_url", OLD."status", OLD."text", OLD."track_link", OLD."variants", OLD."waits_for"); RETURN NULL;', hash='b42e80178e385b119572be11f2b778ff8510c4ee', operation='DELETE', pgid='pgtrigger_delete_delete_5c117', table='socialfeeds_message', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(fields=('command', 'network', 'server', 'external_id'), name='account_once'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('command', 'message', 'account', 'part'), name='delivery_once'),
        ),
        migrations.AddField(
            model_name='message',
            name='broadcast',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='socialfeeds.broadcast'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['command', 'status', '-changed_at'], name='message_by_status'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['command', 'scheduled_at'], name='message_calendar'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('status', 'submitted')), fields=['scheduled_at'], name='message_to_expire'),
        ),
        migrations.AddConstraint(
            model_name='networkapp',
            constraint=models.UniqueConstraint(fields=('network', 'server'), name='network_app_once'),
        ),
        migrations.AddField(
            model_name='mention',
            name='thread',
            field=precincts.tenancy.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='socialfeeds.thread'),
        ),
        migrations.AddIndex(
            model_name='mention',
            index=models.Index(fields=['command', 'account', 'author_id'], name='mention_of_author'),
        ),
        migrations.AddIndex(
            model_name='mention',
            index=models.Index(fields=['command', 'thread', 'posted_at'], name='mention_of_thread'),
        ),
        migrations.AddConstraint(
            model_name='accountday',
            constraint=models.UniqueConstraint(fields=('command', 'account', 'day'), name='account_day_once'),
        ),
        migrations.AddIndex(
            model_name='alarm',
            index=models.Index(fields=['command', '-id'], name='alarm_newest'),
        ),
        migrations.AddConstraint(
            model_name='alarm',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('command', 'kind', 'key'), name='alarm_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alarm',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."acknowledged_at" IS DISTINCT FROM (NEW."acknowledged_at") OR OLD."closed_at" IS DISTINCT FROM (NEW."closed_at"))', func='INSERT INTO "socialfeeds_alarmevent" ("acknowledged_at", "acknowledged_by_id", "closed_at", "command_id", "key", "kind", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."acknowledged_at", OLD."acknowledged_by_id", OLD."closed_at", OLD."command_id", OLD."key", OLD."kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id"); RETURN NULL;', hash='3ee7c8ad87659ae2aa3cd499a40b11391a2f3bef', operation='UPDATE', pgid='pgtrigger_update_update_9c47d', table='socialfeeds_alarm', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='alarm',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "socialfeeds_alarmevent" ("acknowledged_at", "acknowledged_by_id", "closed_at", "command_id", "key", "kind", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."acknowledged_at", OLD."acknowledged_by_id", OLD."closed_at", OLD."command_id", OLD."key", OLD."kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='487d56a5265d50c890923361754e32a9773d2f67', operation='DELETE', pgid='pgtrigger_delete_delete_91847', table='socialfeeds_alarm', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.UniqueConstraint(fields=('command', 'key'), name='attachment_key_once'),
        ),
        migrations.AddConstraint(
            model_name='budget',
            constraint=models.UniqueConstraint(fields=('command',), name='budget_once'),
        ),
        migrations.AddConstraint(
            model_name='budget',
            constraint=models.CheckConstraint(condition=models.Q(('month_usd__gte', 0)), name='budget_not_negative'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budget',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."command_id" IS DISTINCT FROM (NEW."command_id") OR OLD."month_usd" IS DISTINCT FROM (NEW."month_usd") OR OLD."set_by_id" IS DISTINCT FROM (NEW."set_by_id"))', func='INSERT INTO "socialfeeds_budgetevent" ("command_id", "month_usd", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "set_by_id") VALUES (OLD."command_id", OLD."month_usd", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."set_by_id"); RETURN NULL;', hash='20bfaef258bb2acdcf601406f8614bfb225a0fde', operation='UPDATE', pgid='pgtrigger_update_update_0b499', table='socialfeeds_budget', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budget',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "socialfeeds_budgetevent" ("command_id", "month_usd", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "set_by_id") VALUES (OLD."command_id", OLD."month_usd", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."set_by_id"); RETURN NULL;', hash='e5b5081335bd98da1a05c7eef1b1b2d92529c07d', operation='DELETE', pgid='pgtrigger_delete_delete_7fccf', table='socialfeeds_budget', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budget',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "socialfeeds_budgetevent" ("command_id", "month_usd", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "set_by_id") VALUES (NEW."command_id", NEW."month_usd", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."set_by_id"); RETURN NULL;', hash='f4dd01e08e91ee8ec073f1a0381cdab2f6f2e961', operation='INSERT', pgid='pgtrigger_insert_insert_e7a8b', table='socialfeeds_budget', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='certificate',
            index=models.Index(fields=['user', '-expires_at'], name='certificate_of_user'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='certificate',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."revoked_at" IS DISTINCT FROM (NEW."revoked_at") OR OLD."revoked_by_id" IS DISTINCT FROM (NEW."revoked_by_id") OR OLD."user_id" IS DISTINCT FROM (NEW."user_id"))', func='INSERT INTO "socialfeeds_certificateevent" ("expires_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "revoked_at", "revoked_by_id", "user_id") VALUES (OLD."expires_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."reason", OLD."revoked_at", OLD."revoked_by_id", OLD."user_id"); RETURN NULL;', hash='ffbc37752c0e70876b331053e2c0ed8399d61a2b', operation='UPDATE', pgid='pgtrigger_update_update_36149', table='socialfeeds_certificate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='certificate',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "socialfeeds_certificateevent" ("expires_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "revoked_at", "revoked_by_id", "user_id") VALUES (OLD."expires_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."reason", OLD."revoked_at", OLD."revoked_by_id", OLD."user_id"); RETURN NULL;', hash='4730ffb0a8e43160023eb4f92913856389fb07f1', operation='DELETE', pgid='pgtrigger_delete_delete_07bb4', table='socialfeeds_certificate', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('user',), name='attempt_open_once'),
        ),
        migrations.AddConstraint(
            model_name='guardrail',
            constraint=models.UniqueConstraint(fields=('edition', 'number'), name='guardrail_number_once'),
        ),
        migrations.AddConstraint(
            model_name='guardrail',
            constraint=models.UniqueConstraint(fields=('edition', 'key'), name='guardrail_key_once'),
        ),
        migrations.AddConstraint(
            model_name='hiding',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['asked', 'hiding', 'hidden', 'showing'])), fields=('command', 'mention'), name='hiding_open_once'),
        ),
        migrations.AddConstraint(
            model_name='hiding',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='hiding_two_people'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='hiding',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."asked_by_id" IS DISTINCT FROM (NEW."asked_by_id") OR OLD."command_id" IS DISTINCT FROM (NEW."command_id") OR OLD."decided_by_id" IS DISTINCT FROM (NEW."decided_by_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."undone_by_id" IS DISTINCT FROM (NEW."undone_by_id"))', func='INSERT INTO "socialfeeds_hidingevent" ("asked_by_id", "command_id", "decided_by_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state", "undone_by_id") VALUES (OLD."asked_by_id", OLD."command_id", OLD."decided_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."reason", OLD."state", OLD."undone_by_id"); RETURN NULL;', hash='34f1342c001e7b48111e2c86c687072ff28f6825', operation='UPDATE', pgid='pgtrigger_update_update_aafc9', table='socialfeeds_hiding', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='hiding',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "socialfeeds_hidingevent" ("asked_by_id", "command_id", "decided_by_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state", "undone_by_id") VALUES (OLD."asked_by_id", OLD."command_id", OLD."decided_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."reason", OLD."state", OLD."undone_by_id"); RETURN NULL;', hash='4d93286bef14c80356e99b2ba50bb7b7b5fba5a0', operation='DELETE', pgid='pgtrigger_delete_delete_2b759', table='socialfeeds_hiding', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='hiding',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "socialfeeds_hidingevent" ("asked_by_id", "command_id", "decided_by_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "state", "undone_by_id") VALUES (NEW."asked_by_id", NEW."command_id", NEW."decided_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."reason", NEW."state", NEW."undone_by_id"); RETURN NULL;', hash='e7a14d2390aef55a2468567139603b731c2eb0be', operation='INSERT', pgid='pgtrigger_insert_insert_31a64', table='socialfeeds_hiding', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='legalhold',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."command_id" IS DISTINCT FROM (NEW."command_id") OR OLD."lifted_at" IS DISTINCT FROM (NEW."lifted_at") OR OLD."lifted_by_id" IS DISTINCT FROM (NEW."lifted_by_id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."since" IS DISTINCT FROM (NEW."since") OR OLD."until" IS DISTINCT FROM (NEW."until"))', func='INSERT INTO "socialfeeds_legalholdevent" ("account_id", "command_id", "lifted_at", "lifted_by_id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "until") VALUES (OLD."account_id", OLD."command_id", OLD."lifted_at", OLD."lifted_by_id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."since", OLD."until"); RETURN NULL;', hash='59646a9d42dca90797eff3d31dfb0568a1ca6f4c', operation='UPDATE', pgid='pgtrigger_update_update_d0d97', table='socialfeeds_legalhold', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='legalhold',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "socialfeeds_legalholdevent" ("account_id", "command_id", "lifted_at", "lifted_by_id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "until") VALUES (OLD."account_id", OLD."command_id", OLD."lifted_at", OLD."lifted_by_id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."since", OLD."until"); RETURN NULL;', hash='4edeb5ea7358b846c397029ee5060d039a8afab4', operation='DELETE', pgid='pgtrigger_delete_delete_88798', table='socialfeeds_legalhold', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='legalhold',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "socialfeeds_legalholdevent" ("account_id", "command_id", "lifted_at", "lifted_by_id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "until") VALUES (NEW."account_id", NEW."command_id", NEW."lifted_at", NEW."lifted_by_id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."since", NEW."until"); RETURN NULL;', hash='aa26447135fce9a65b381c778138549f92bb7c8c', operation='INSERT', pgid='pgtrigger_insert_insert_5cdba', table='socialfeeds_legalhold', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='offer',
            constraint=models.UniqueConstraint(fields=('command', 'broadcast'), name='offer_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='offer',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."command_id" IS DISTINCT FROM (NEW."command_id") OR OLD."decided_at" IS DISTINCT FROM (NEW."decided_at") OR OLD."decided_by_id" IS DISTINCT FROM (NEW."decided_by_id") OR OLD."status" IS DISTINCT FROM (NEW."status"))', func='INSERT INTO "socialfeeds_offerevent" ("command_id", "decided_at", "decided_by_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "status") VALUES (OLD."command_id", OLD."decided_at", OLD."decided_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."status"); RETURN NULL;', hash='0b845045c12deb26790dd527e431c8b3114e80b3', operation='UPDATE', pgid='pgtrigger_update_update_0848d', table='socialfeeds_offer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='offer',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "socialfeeds_offerevent" ("command_id", "decided_at", "decided_by_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "status") VALUES (OLD."command_id", OLD."decided_at", OLD."decided_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."status"); RETURN NULL;', hash='a3f758e37ba6155a19069c4d4ca73589d0f7f014', operation='DELETE', pgid='pgtrigger_delete_delete_2b280', table='socialfeeds_offer', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='pause',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('place',), name='pause_once', nulls_distinct=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pause',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."begun_by_id" IS DISTINCT FROM (NEW."begun_by_id") OR OLD."lifted_at" IS DISTINCT FROM (NEW."lifted_at") OR OLD."lifted_by_id" IS DISTINCT FROM (NEW."lifted_by_id") OR OLD."place_id" IS DISTINCT FROM (NEW."place_id"))', func='INSERT INTO "socialfeeds_pauseevent" ("begun_by_id", "lifted_at", "lifted_by_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id") VALUES (OLD."begun_by_id", OLD."lifted_at", OLD."lifted_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."place_id"); RETURN NULL;', hash='4eab12dbc302e38ae7f78e756e8af8fd3ea8bf19', operation='UPDATE', pgid='pgtrigger_update_update_f8395', table='socialfeeds_pause', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pause',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "socialfeeds_pauseevent" ("begun_by_id", "lifted_at", "lifted_by_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id") VALUES (OLD."begun_by_id", OLD."lifted_at", OLD."lifted_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."place_id"); RETURN NULL;', hash='7c9ec66240152fd22a1739d73b2de18be0aef464', operation='DELETE', pgid='pgtrigger_delete_delete_cc238', table='socialfeeds_pause', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pause',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "socialfeeds_pauseevent" ("begun_by_id", "lifted_at", "lifted_by_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id") VALUES (NEW."begun_by_id", NEW."lifted_at", NEW."lifted_by_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."place_id"); RETURN NULL;', hash='f05b09a67813734196d0f8059b0dbdd1a180b253', operation='INSERT', pgid='pgtrigger_insert_insert_ff4a4', table='socialfeeds_pause', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='recordentry',
            index=models.Index(fields=['command', 'at'], name='record_by_time'),
        ),
        migrations.AddIndex(
            model_name='recordentry',
            index=models.Index(fields=['command', 'about'], name='record_about'),
        ),
        migrations.AddConstraint(
            model_name='recordentry',
            constraint=models.UniqueConstraint(fields=('command', 'number'), name='record_number_once'),
        ),
        migrations.AddConstraint(
            model_name='recordhead',
            constraint=models.UniqueConstraint(fields=('command',), name='record_head_once'),
        ),
        migrations.AddConstraint(
            model_name='slot',
            constraint=models.UniqueConstraint(fields=('command', 'weekday', 'time'), name='slot_once'),
        ),
        migrations.AddConstraint(
            model_name='slot',
            constraint=models.CheckConstraint(condition=models.Q(('weekday__lte', 6)), name='slot_weekday'),
        ),
        migrations.AddIndex(
            model_name='spendingday',
            index=models.Index(fields=['command', 'day'], name='spending_by_day'),
        ),
        migrations.AddConstraint(
            model_name='spendingday',
            constraint=models.UniqueConstraint(fields=('command', 'account', 'day', 'kind'), name='spending_once'),
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(fields=['command', '-last_at'], name='thread_newest'),
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(condition=models.Q(('status', 'open'), ('waiting_since__isnull', False)), fields=['command', 'waiting_since'], name='thread_waiting'),
        ),
        migrations.AddConstraint(
            model_name='thread',
            constraint=models.UniqueConstraint(fields=('command', 'account', 'conversation_id'), name='thread_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='thread',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."assigned_to_id" IS DISTINCT FROM (NEW."assigned_to_id") OR OLD."command_id" IS DISTINCT FROM (NEW."command_id") OR OLD."place" IS DISTINCT FROM (NEW."place") OR OLD."referred_to_id" IS DISTINCT FROM (NEW."referred_to_id") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."topic" IS DISTINCT FROM (NEW."topic"))', func='INSERT INTO "socialfeeds_threadevent" ("assigned_to_id", "command_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "referred_to_id", "status", "topic") VALUES (OLD."assigned_to_id", OLD."command_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."place", OLD."referred_to_id", OLD."status", OLD."topic"); RETURN NULL;', hash='0babf86287a4554d34d842e0442810029d4c6214', operation='UPDATE', pgid='pgtrigger_update_update_f4574', table='socialfeeds_thread', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='thread',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "socialfeeds_threadevent" ("assigned_to_id", "command_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "referred_to_id", "status", "topic") VALUES (OLD."assigned_to_id", OLD."command_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."place", OLD."referred_to_id", OLD."status", OLD."topic"); RETURN NULL;', hash='70dda633a22d27efdbaf701f2bd6b9527d60497f', operation='DELETE', pgid='pgtrigger_delete_delete_ccc41', table='socialfeeds_thread', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='watchedwords',
            constraint=models.UniqueConstraint(fields=('command', 'account', 'words'), name='watched_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='watchedwords',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."command_id" IS DISTINCT FROM (NEW."command_id") OR OLD."words" IS DISTINCT FROM (NEW."words"))', func='INSERT INTO "socialfeeds_watchedwordsevent" ("account_id", "command_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "words") VALUES (OLD."account_id", OLD."command_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', OLD."id", OLD."words"); RETURN NULL;', hash='b03868dc697b994513959b11f25078283dde1034', operation='UPDATE', pgid='pgtrigger_update_update_b4c32', table='socialfeeds_watchedwords', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='watchedwords',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "socialfeeds_watchedwordsevent" ("account_id", "command_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "words") VALUES (OLD."account_id", OLD."command_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."words"); RETURN NULL;', hash='9c38336d2eab58c169a64c0873548745b086bfc8', operation='DELETE', pgid='pgtrigger_delete_delete_09b96', table='socialfeeds_watchedwords', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='watchedwords',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "socialfeeds_watchedwordsevent" ("account_id", "command_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "words") VALUES (NEW."account_id", NEW."command_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."words"); RETURN NULL;', hash='b80ac4e87ba7869e8bf161bdac20a9b63c840aad', operation='INSERT', pgid='pgtrigger_insert_insert_7f9d9', table='socialfeeds_watchedwords', when='AFTER')),
        ),
    ]
