"""The demo's members: about four thousand, written in batches as an import would."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from gonghui.kernel.base.identifiers import DocumentKind, Sex, synthetic_resident_id
from gonghui.kernel.base.masking import mask_id, mask_mobile
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.org.models import Union, UnionKind
from gonghui.kernel.people.models import Membership, MembershipPast, Person
from gonghui.kernel.people.persons import DOCUMENT, MOBILE
from gonghui.kernel.testing import synthetic
from gonghui.site.demo import cast
from gonghui.site.demo.stage import last_july, years_before
from gonghui.site.demo.unions import COUNTIES, SEED, keepers

MEMBERS = 4000
SIZES = {cast.FIRM: 86, cast.MERGED: 24, cast.MILL: 58, cast.COURIERS: 64, cast.RIDERS: 41}
ADULT = 18
# Ways a membership may have gone after its beginning: share in a thousand, status, cause.
TURNS = (
    (35, "retained", "31"),
    (8, "retained", "32"),
    (4, "retained", "34"),
    (14, "withdrawn", "51"),
    (3, "withdrawn", "52"),
    (6, "deceased", "70"),
    (1, "expelled", "60"),
)
FATES = [(status, cause) for share, status, cause in TURNS for _ in range(share)]
ABROAD = (
    (DocumentKind.HONG_KONG_MACAO_RESIDENCE, "810000", "欧阳嘉欣", "2"),
    (DocumentKind.HONG_KONG_MACAO_RESIDENCE, "810000", "司徒伟明", "1"),
    (DocumentKind.HONG_KONG_MACAO_RESIDENCE, "820000", "何咏琳", "2"),
    (DocumentKind.TAIWAN_RESIDENCE, "830000", "张简志豪", "1"),
    (DocumentKind.TAIWAN_RESIDENCE, "830000", "范姜雅婷", "2"),
)
RARE = (("㛃然", "2"), ("䶮", "1"), ("阿卜杜拉·买买提", "1"), ("古丽娜尔·玉素甫", "2"), ("𬭎", "1"))


@dataclass(frozen=True)
class Seat:
    """A person to be and the union that is to have them."""

    union: Union
    name: str
    sex: str
    birth: date
    document: str
    mobile: str
    document_kind: str = DocumentKind.RESIDENT_ID
    nationality: str = "01"
    education: str = ""
    political: str = ""


def settle() -> None:
    """Persons, memberships and what became of some of them."""
    rng = random.Random(SEED)
    seats = list(_seats(rng))
    persons = Person.objects.bulk_create(_persons(rng, seats), batch_size=500)
    today, july = timezone.localdate(), last_july()
    memberships, past = [], []
    for seat, person, number in zip(seats, persons, _numbers(len(persons)), strict=True):
        made = _membership(rng, seat, person, number, july, today)
        before = _turned(rng, seat, made, today)
        memberships.append(made)
        if before is not None:
            past.append(before)
    Membership.objects.bulk_create(memberships, batch_size=500)
    MembershipPast.objects.bulk_create(past, batch_size=500)


def _seats(rng: random.Random) -> Iterator[Seat]:
    unions = keepers()
    sizes = {union.pk: rng.lognormvariate(2.3, 0.8) for union in unions}
    scale = (MEMBERS - sum(SIZES.values())) / sum(sizes.values())
    wanted = [
        (union, SIZES.get(union.name) or max(3, round(sizes[union.pk] * scale))) for union in unions
    ]
    total = sum(count for _, count in wanted)
    people = synthetic.people(SEED, total, homes=sorted(COUNTIES))
    strangers = iter(ABROAD)
    rare = iter(RARE)
    for union, count in wanted:
        for number in range(count):
            found = next(people)
            seat = Seat(
                union,
                found.name,
                found.sex,
                found.birth,
                found.id_number,
                found.mobile,
                nationality=found.nationality,
                education=found.education,
                political=found.political,
            )
            if union.name == cast.FIRM and 40 <= number < 40 + len(RARE):
                name, sex = next(rare)
                surname = "" if "·" in name else found.name[0]
                yield _resident(rng, seat, surname + name, sex)
            elif union.name in SIZES and number == 6:
                yield _from_abroad(rng, seat, *next(strangers))
            else:
                yield seat


def _resident(rng: random.Random, seat: Seat, name: str, sex: str) -> Seat:
    born = date(1992, 4, 8) + timedelta(days=rng.randrange(3000))
    number = synthetic_resident_id(rng, cast.SHUSHAN, born, Sex(sex))
    nationality = "05" if "·" in name else "01"
    return Seat(seat.union, name, sex, born, number, seat.mobile, nationality=nationality)


def _from_abroad(
    rng: random.Random, seat: Seat, kind: DocumentKind, region: str, name: str, sex: str
) -> Seat:
    born = date(1986, 1, 5) + timedelta(days=rng.randrange(3000))
    number = synthetic_resident_id(rng, region, born, Sex(sex))
    return Seat(seat.union, name, sex, born, number, seat.mobile, kind, nationality="01")


def _persons(rng: random.Random, seats: list[Seat]) -> list[Person]:
    ring = keyring()
    documents = [seat.document for seat in seats]
    mobiles = [seat.mobile for seat in seats]
    sealed = zip(
        ring.seal_many(documents, context=DOCUMENT),
        ring.blind_index_many(documents, context=DOCUMENT),
        ring.seal_many(mobiles, context=MOBILE),
        ring.blind_index_many(mobiles, context=MOBILE),
        strict=True,
    )
    return [
        Person(
            name=seat.name,
            sex=seat.sex,
            born_on=seat.birth,
            document_kind=seat.document_kind,
            document_sealed=document,
            document_index=document_index,
            document_mask=mask_id(seat.document),
            # Some rosters came without mobile numbers: the census shows how complete they are.
            **(
                {
                    "mobile_sealed": mobile,
                    "mobile_index": mobile_index,
                    "mobile_mask": mask_mobile(seat.mobile),
                }
                if rng.random() < 0.93
                else {}
            ),
            nationality=seat.nationality,
            education=seat.education,
            political_status=seat.political,
            household=rng.choice(("10", "10", "11", "11", "20", "21", "31")),
            employment="20" if seat.union.industry in {"60", "62"} else "10",
            union=seat.union,
            org_path=seat.union.path,
        )
        for seat, (document, document_index, mobile, mobile_index) in zip(
            seats, sealed, strict=True
        )
    ]


def _numbers(count: int) -> list[str]:
    """Member numbers nobody has had."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT people_member_number(nextval('people_member_seq')) FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def _membership(
    rng: random.Random, seat: Seat, person: Person, number: str, july: date, today: date
) -> Membership:
    earliest = max(seat.union.founded_on, years_before(seat.birth, -ADULT))
    latest = today - timedelta(days=10)
    if seat.union.name == cast.MERGED:
        latest = years_before(july, 1)
    days = max((latest - earliest).days, 0)
    # Every third in the latest tenth of the time, so that recent months are not empty.
    start = 0.9 if rng.random() < 0.33 else 0.0
    joined = min(earliest + timedelta(days=int(days * rng.uniform(start, 1.0))), latest)
    made = Membership(
        person=person,
        number=number,
        joined_on=joined,
        since=joined,
        cause=rng.choice(("11", "11", "12", "14")),
        industry=seat.union.industry,
    )
    made.place_at(seat.union)
    made.name_after(person)
    return made


def _turned(rng: random.Random, seat: Seat, made: Membership, today: date) -> MembershipPast | None:
    """Change what one in fourteen memberships is, and return what it was before."""
    luck = rng.randrange(1000)
    if luck >= len(FATES):
        return None
    status, cause = FATES[luck]
    days = (today - made.joined_on).days
    if seat.union.name in SIZES or days < 400:
        return None
    on = made.joined_on + timedelta(days=rng.randrange(200, days - 100))
    before = MembershipPast(
        membership=made,
        person_id=made.person_id,
        status=made.status,
        sex=made.sex,
        industry=made.industry,
        valid_from=made.joined_on,
        valid_to=on,
        cause=made.cause,
    )
    before.place_at(made.union)
    made.status, made.since, made.cause = status, on, cause
    return before


def is_keeper(union: Union) -> bool:
    """Whether a union keeps members of its own."""
    return union.kind in (UnionKind.BASIC, UnionKind.JOINT, UnionKind.FEDERATION)
