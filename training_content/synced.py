"""Everything that devices hold of the training content, and what editors may do to it."""

from __future__ import annotations

from training_content.laws.synced import LAW
from training_content.lessons.synced import LESSON

SYNCED = (LAW, LESSON)
