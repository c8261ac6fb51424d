"""The system checks notice a wall that is missing, and a model that would need none."""

import pytest
from django.core.checks import Tags, run_checks
from django.db import connection, models
from django.test.utils import isolate_apps

from precincts import checks, walls
from precincts.checks import check_walls
from precincts.tenancy import TenantForeignKey, TenantModel
from tests.conftest import owner

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "owner"]), pytest.mark.services]


def problems():
    return {problem.id for problem in check_walls(None, databases=["default"])}


@pytest.fixture
def as_owner():
    connection = owner()
    with connection.cursor() as cursor:
        yield cursor
    connection.close()
    walls.lay()


def test_the_walls_stand():
    assert problems() == set()
    assert not run_checks(tags=[Tags.models])


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        ("ALTER TABLE ideas_idea DISABLE ROW LEVEL SECURITY", "walls.E011"),
        ("ALTER TABLE ideas_idea NO FORCE ROW LEVEL SECURITY", "walls.E011"),
        ("DROP POLICY engage_command ON ideas_vote", "walls.E011"),
        ("CREATE POLICY open ON ideas_vote USING (true)", "walls.E011"),
        ("GRANT SELECT ON ideas_comment TO {login}", "walls.E012"),
    ],
)
def test_a_missing_wall_is_noticed_and_laid_again(as_owner, damage, expected):
    as_owner.execute(damage.format(login=connection.settings_dict["USER"]))
    assert problems() == {expected}
    as_owner.execute("DROP POLICY IF EXISTS open ON ideas_vote")
    walls.lay()
    assert problems() == set()


def test_the_walls_stand_in_the_database_of_every_key(as_owner):
    """One composite key for each foreign key between tenant tables."""
    as_owner.execute("SELECT count(*) FROM pg_constraint WHERE conname LIKE '%same_command'")
    (laid,) = as_owner.fetchone()
    assert laid == sum(len(walls.tenant_keys(model)) for model in walls.tenant_models())
    assert laid > 5


@isolate_apps("ideas")
def test_a_careless_model_is_refused(monkeypatch):
    class Parent(TenantModel):
        code = models.CharField(max_length=5, unique=True)

        class Meta:
            app_label = "ideas"

    class Child(TenantModel):
        parent = models.ForeignKey(Parent, on_delete=models.CASCADE)
        several = models.ManyToManyField(Parent, related_name="+")

        class Meta:
            app_label = "ideas"
            constraints = [models.UniqueConstraint(fields=["parent"], name="careless")]

    class Careful(TenantModel):
        parent = TenantForeignKey(Parent, on_delete=models.CASCADE)

        class Meta:
            app_label = "ideas"
            constraints = [models.UniqueConstraint(fields=["command", "parent"], name="careful")]

    monkeypatch.setattr(checks, "tenant_models", lambda: [Parent, Child, Careful])
    found = [(problem.obj, problem.id) for problem in checks.check_tenant_models(None)]
    assert sorted(found, key=str) == sorted(
        [(Parent, "walls.E002"), (Child, "walls.E001"), (Child, "walls.E002"), (Child, "walls.E003")], key=str
    )
