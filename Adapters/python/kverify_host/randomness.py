"""Randomness that a run repeats.

`random`, `secrets`, `os.urandom` and `uuid` start anew with each run, from its controller and object.
`uuid.uuid4()` can do better: a value that kverify makes up, unlike all others, so that states which
differ only in random names are one, and a second run does not meet its own old name.
"""
import os
import random
import sys
import uuid

FRESH, SEEDED, REAL = "fresh", "seeded", "real"


class FreshText(str):
    """A text around a value that must not be cut: a slice without it is the value itself.

    Names are often made of the first characters of a UUID.
    """

    def __new__(cls, text, token):
        made = super().__new__(cls, text)
        made._token = token
        return made

    def __getitem__(self, index):
        part = super().__getitem__(index)
        if not isinstance(index, slice) or self._token in part or len(part) < 4:
            return part
        return self._token

    def replace(self, *arguments):
        return FreshText(super().replace(*arguments), self._token)

    def lower(self):
        return self

    def split(self, *arguments):
        return [FreshText(part, self._token) for part in super().split(*arguments)]


class FreshUUID(uuid.UUID):
    """A UUID that is written with a value of kverify's in it."""

    @classmethod
    def around(cls, token, number):
        made = cls(int=number, version=4)
        object.__setattr__(made, "_token", token)
        return made

    __slots__ = ("_token",)

    def __str__(self):
        return FreshText("00000000-0000-4000-8000-000" + self._token, self._token)

    @property
    def hex(self):
        return FreshText(self._token + "00000000000000000000000", self._token)

    def __eq__(self, other):
        return isinstance(other, FreshUUID) and self._token == other._token

    def __hash__(self):
        return hash(self._token)


class Randomness:
    """Replaces the sources of randomness; install it before the controller's code is imported."""

    def __init__(self):
        self.mode = SEEDED
        self._source = random.Random(0)
        self._run = None
        self._real = os.urandom

    def install(self):
        """Takes the place of the sources, for names that are imported from now on."""
        if os.urandom == self._bytes:
            return
        real = uuid.uuid1, uuid.uuid4
        os.urandom = self._bytes
        random._urandom = self._bytes
        uuid.uuid1 = lambda *arguments, **others: self._uuid(lambda: real[0](*arguments, **others))
        uuid.uuid4 = lambda: self._uuid(real[1])
        random.seed(0)

    def begin(self, run):
        """A run begins: everything starts anew."""
        self._run = run
        if self.mode == REAL:
            return
        request = run.request
        seed = "/".join([run.controller, request["kind"], request["namespace"], request["name"]])
        self._source.seed(seed)
        random.seed(seed)
        numpy = sys.modules.get("numpy")
        if numpy is not None:
            numpy.random.seed(0)

    def end(self):
        self._run = None

    def _bytes(self, count):
        return self._real(count) if self.mode == REAL else self._source.randbytes(count)

    def _uuid(self, real):
        if self.mode == REAL:
            return real()
        number = self._source.getrandbits(128)
        if self.mode == FRESH and self._run is not None:
            return FreshUUID.around(self._run.fresh(), number)
        return uuid.UUID(int=number, version=4)


source = Randomness()
