"""The doors of answers, which know what else the page knows: whether anything is watched (question 4 needs a signal)."""

from governance.facts import gather
from readiness.api import answers
from readiness.rules.facts import ReadinessFacts


class _Watched(answers.AnswerDoor):
    def told(self) -> ReadinessFacts:
        return gather([self.seen.id]).readiness[self.seen.id]


class Answers(_Watched, answers.Answers):
    pass


class AcceptAnswer(_Watched, answers.AcceptAnswer):
    pass


class SendAnswerBack(_Watched, answers.SendAnswerBack):
    pass


class WithdrawAnswer(_Watched, answers.WithdrawAnswer):
    pass
