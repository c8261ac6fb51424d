"""PostgreSQL keeps commands apart, whatever the program asks for."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.utils import DataError, InternalError
from django.utils import timezone

from ideas.models import Comment, Idea, Vote
from precincts import tenancy
from precincts.models import Command, Participant
from precincts.tenancy import OutsideTenancy
from tests.ideas.factory import an_idea

pytestmark = [pytest.mark.django_db, pytest.mark.services]
NOW = timezone.now()


def test_a_command_sees_its_own_ideas_only(pct_109, pct_110):
    mine, other = an_idea(pct_109), an_idea(pct_110)
    with tenancy.enter(pct_109):
        assert list(Idea.objects.all()) == [mine]
        assert not Idea.objects.filter(pk=other.pk).exists()
        assert Idea.objects.filter(pk=other.pk).update(title="Taken over") == 0
        assert Idea.objects.filter(pk=other.pk).delete()[0] == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ideas_idea")
            assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("table", ["ideas_idea", "ideas_vote", "ideas_statuscount", "socialfeeds_account"])
@pytest.mark.parametrize("statement", ["SELECT * FROM {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_outside_a_tenancy_a_tenant_table_is_loud(table, statement):
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_outside_a_tenancy_the_orm_is_loud_too():
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Idea.objects.count()
    with pytest.raises(OutsideTenancy):
        Idea(title="Nowhere")


def test_the_role_without_a_command_is_loud(pct_109):
    """After a reset the setting is empty, and an empty setting is no command."""
    an_idea(pct_109)  # of an empty table no row is looked at, and so neither is the setting
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', 'engage_command', true), set_config('engage.command', '', true)"
        )
        with pytest.raises(DataError, match="invalid input syntax for type integer"), transaction.atomic():
            Idea.objects.count()
        cursor.execute("SELECT set_config('role', 'none', true)")


def test_a_row_cannot_be_written_into_another_command(pct_109, pct_110):
    idea = an_idea(pct_109)
    with (
        tenancy.enter(pct_110),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        Idea.objects.create(command=pct_109, title="Smuggled", body="…", created_at=idea.created_at)
    with (
        tenancy.enter(pct_109),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        Idea.objects.filter(pk=idea.pk).update(command=pct_110)


@pytest.mark.django_db(transaction=True)
def test_a_row_cannot_point_into_another_command(pct_109, pct_110):
    theirs, participant = an_idea(pct_110), Participant.objects.create()
    with pytest.raises(IntegrityError, match="same_command"), tenancy.enter(pct_109):
        Vote.objects.create(idea_id=theirs.pk, participant=participant, value=1)
    mine = an_idea(pct_109)
    with tenancy.enter(pct_110):
        comment = Comment.objects.create(idea=theirs, body="There", created_at=theirs.created_at)
    with pytest.raises(IntegrityError, match="same_command"), tenancy.enter(pct_109):
        Comment.objects.create(idea=mine, parent_id=comment.pk, body="Here", created_at=mine.created_at)


def test_headquarters_reads_everything_and_writes_nothing(pct_109, pct_110):
    ideas = {an_idea(pct_109), an_idea(pct_110)}
    with tenancy.citywide():
        assert set(Idea.objects.all()) == ideas
        for write in (
            lambda: Idea.objects.update(title="Changed"),
            lambda: Idea.objects.all().delete(),
            lambda: Idea.objects.bulk_create([Idea(command=pct_109, title="x", body="x", created_at=NOW)]),
            lambda: Command.objects.update(name="Renamed"),
        ):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                write()
        with pytest.raises(OutsideTenancy):
            Idea(title="Whose?")


def test_a_nested_tenancy_gives_back_what_stood_before(pct_109, pct_110):
    mine, other = an_idea(pct_109), an_idea(pct_110)
    with tenancy.enter(pct_109):
        with tenancy.enter(pct_110):
            assert list(Idea.objects.all()) == [other]
            with tenancy.citywide():
                assert Idea.objects.count() == 2
            assert list(Idea.objects.all()) == [other]
        assert list(Idea.objects.all()) == [mine]
        with pytest.raises(ZeroDivisionError), tenancy.enter(pct_110):
            raise ZeroDivisionError
        assert list(Idea.objects.all()) == [mine]
        with pytest.raises(InternalError), tenancy.enter(pct_110), connection.cursor() as cursor:
            with pytest.raises(ProgrammingError):
                cursor.execute("SELECT nonsense")
            cursor.execute("SELECT 1")
        assert list(Idea.objects.all()) == [mine]
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Idea.objects.count()


def test_nothing_of_a_tenancy_outlives_its_transaction(transactional_db, pct_109):
    an_idea(pct_109)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('engage.command', true)")
        user, command = cursor.fetchone()
    assert user == connection.settings_dict["USER"]
    assert not command


def test_the_runtime_login_owns_nothing_and_may_not_change_a_table():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolinherit, rolcreaterole, rolcreatedb FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)
        with pytest.raises(ProgrammingError, match="must be owner"), transaction.atomic():
            cursor.execute("ALTER TABLE ideas_idea DISABLE ROW LEVEL SECURITY")
