"""The worked examples of rules of one's own."""

from oracles.examples import example


def test_the_worked_examples(capsys):
    example("local_rules").main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("LeakyFaZIL: as Fa-Z-IL: True")
    assert lines[1].startswith("DecayingFaZIL: as Fa-Z-IL: False")
