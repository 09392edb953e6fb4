"""Subscribers by hand and by file; addresses are shown only when they are asked for."""

from __future__ import annotations

import pytest

HEADER = "address,languages,timezone,topics\n"  # as files were before there was more
WHOLE = "address,languages,timezone,topics,announcements,quiet,posts,pin\n"


def people(cli) -> list[dict]:
    return cli("subscribers", "list", "--addresses", "--json").json


def test_add_change_and_remove(cli) -> None:
    added = cli(
        *("subscribers", "add", "telegram:4242", "--languages", "fr,EN_us"),
        *("--timezone", "Europe/Paris", "--topics", "charter,services"),
    )
    assert added.status == 0
    assert "4242" not in added.out
    [one] = people(cli)
    assert one["address"] == "telegram:4242"
    assert one["languages"] == ["fr", "en-US"]
    assert one["timezone"] == "Europe/Paris"
    assert one["topics"] == ["charter", "services"]
    assert one["kind"] == "person"

    assert "up to date" in cli("subscribers", "add", "telegram:4242", "--languages", "ar").out
    [changed] = people(cli)
    assert (changed["id"], changed["languages"]) == (one["id"], ["ar"])

    assert cli("subscribers", "remove", "telegram:4242").status == 0
    assert people(cli) == []
    assert cli("subscribers", "remove", "telegram:4242").status == 1


def test_who_leaves_and_comes_back_keeps_the_random_id(cli) -> None:
    cli("subscribers", "add", "telegram:77")
    [before] = people(cli)
    cli("subscribers", "remove", "telegram:77")
    cli("subscribers", "add", "telegram:77")
    assert people(cli)[0]["id"] == before["id"]


def test_the_office_gives_what_is_not_said(sqlite_cli, monkeypatch) -> None:
    monkeypatch.setenv("POLYHERALD_LANGUAGES", "az,en")
    monkeypatch.setenv("POLYHERALD_TIMEZONE", "Asia/Baku")
    sqlite_cli("subscribers", "add", "telegram:-1001234567890/77")
    [one] = people(sqlite_cli)
    assert (one["languages"], one["timezone"], one["topics"]) == (["az"], "Asia/Baku", [])
    assert one["kind"] == "group"


def test_addresses_are_left_out_unless_asked_for(sqlite_cli) -> None:
    sqlite_cli("subscribers", "add", "telegram:55512345", "--languages", "en")
    for arguments in (("list",), ("list", "--json"), ("export",)):
        shown = sqlite_cli("subscribers", *arguments).out
        assert shown
        assert "55512345" not in shown
    for arguments in (("list",), ("export",)):
        assert "telegram:55512345" in sqlite_cli("subscribers", *arguments, "--addresses").out


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (("telegram:abc",), "Telegram address"),
        (("telegram:0",), "Telegram address"),
        (("4242",), "telegram:CHAT_ID"),
        (("mailto:a@example.org",), "e-mail"),
        (("telegram:1", "--languages", "en,klingon"), "BCP 47"),
        (("telegram:1", "--timezone", "Mars/Base"), "Europe/Paris"),
        (("telegram:1", "--topics", "Not A Topic!"), "hyphens"),
        (("telegram:1", "--announcements", "some"), "anniversaries"),
        (("telegram:1", "--quiet", "25-3"), "22:00-07:00"),
        (("telegram:-1001", "--posts", "many"), "switch"),
        (("telegram:-1001", "--pin", "perhaps"), "neither yes nor no"),
        (("telegram:1", "--pin", "yes"), "not for people"),
        (("telegram:-1001+ar",), "Telegram address"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_remedy(sqlite_cli, arguments, remedy) -> None:
    refused = sqlite_cli("subscribers", "add", *arguments)
    assert refused.status == 1
    assert remedy in refused.err
    assert refused.err.count("\n") == 1
    assert people(sqlite_cli) == []


def test_a_file_goes_in_whole_and_comes_out_again(cli, write) -> None:
    content = (
        HEADER
        + "telegram:1,fr en,Europe/Paris,\n"
        + "telegram:-1009876543210/5,zh-Hant,,charter services\n"
        + "\n"
        + "telegram:@Example_News,ar,Asia/Baku,charter\n"
    )
    taken = cli("subscribers", "import", write("people.csv", "\ufeff" + content))
    assert taken.status == 0
    assert "3 subscribers added." in taken.out
    exported = cli("subscribers", "export", "--addresses").out
    assert exported.startswith(WHOLE)
    assert "telegram:1,fr en,Europe/Paris,,all,,,\n" in exported
    assert "telegram:-1009876543210/5,zh-Hant,UTC,charter services,all,,best,no\n" in exported
    assert "telegram:@example_news,ar,Asia/Baku,charter,all,,best,no\n" in exported

    again = cli("subscribers", "import", write("again.csv", exported))
    assert "3 brought up to date." in again.out
    assert cli("subscribers", "export", "--addresses").out == exported


def test_what_is_announced_and_quiet_hours_go_in_and_out(cli, write) -> None:
    content = (
        "quiet,address,announcements,languages,topics,timezone\n"
        "22-7,telegram:1,Anniversaries,fr,,Europe/Paris\n"
        "22:30-06:45,telegram:-100123/7,new,en,,UTC\n"
        ",telegram:3,,en,,UTC\n"
    )
    assert cli("subscribers", "import", write("p.csv", content)).status == 0
    found = {one["address"]: (one["announcements"], one["quiet"]) for one in people(cli)}
    assert found == {
        "telegram:1": ("anniversaries", "22:00-07:00"),
        "telegram:-100123/7": ("new", "22:30-06:45"),
        "telegram:3": ("all", ""),
    }
    exported = cli("subscribers", "export", "--addresses").out
    cli("subscribers", "import", write("again.csv", exported))
    assert cli("subscribers", "export", "--addresses").out == exported


def test_posts_and_pins_of_rooms_go_in_and_out(cli, write) -> None:
    content = (
        "pin,address,posts,languages,topics,timezone\n"
        "Yes,telegram:-1001,Each,fr ar,,Europe/Paris\n"
        ",telegram:-1002/7,switch,en fr,,UTC\n"
        "no,telegram:@example_news,,en,,UTC\n"
        ",telegram:5,,en,,UTC\n"
    )
    assert cli("subscribers", "import", write("p.csv", content)).status == 0
    found = {one["address"]: (one["languages"], one["posts"], one["pin"]) for one in people(cli)}
    assert found == {
        "telegram:-1001": (["fr", "ar"], "each", True),
        "telegram:-1001+ar": (["ar"], "each", False),
        "telegram:-1002/7": (["en", "fr"], "switch", False),
        "telegram:@example_news": (["en"], "best", False),
        "telegram:5": (["en"], "best", False),
    }
    exported = cli("subscribers", "export", "--addresses").out
    assert exported.count("\n") == 5, "a room is one line"
    again = cli("subscribers", "import", write("again.csv", exported))
    assert "4 brought up to date." in again.out
    assert cli("subscribers", "export", "--addresses").out == exported


def test_a_file_of_an_earlier_version_leaves_what_it_does_not_know_of(cli, write) -> None:
    file = WHOLE + "telegram:1,fr,UTC,,new,22-7,,\ntelegram:2,fr,UTC,,new,22-7,,\n"
    cli("subscribers", "import", write("p.csv", file))
    cli("subscribers", "import", write("old.csv", HEADER + "telegram:1,en,UTC,\n"))
    cli("subscribers", "import", write("q.csv", WHOLE + "telegram:2,en,UTC,,,,,\n"))
    cli("subscribers", "add", "telegram:1", "--languages", "ar")
    found = {one["address"]: one for one in people(cli)}
    kept, emptied = found["telegram:1"], found["telegram:2"]
    assert (kept["languages"], kept["announcements"], kept["quiet"]) == (
        ["ar"],
        "new",
        "22:00-07:00",
    )
    assert (emptied["announcements"], emptied["quiet"]) == ("all", "")


def test_the_posts_of_a_room_follow_what_a_file_says_of_it(cli, write) -> None:
    rooms = "telegram:-1001,fr ar,UTC,,,,each,yes\ntelegram:-1002,fr ar,UTC,,,,each,yes\n"
    cli("subscribers", "import", write("p.csv", WHOLE + rooms))
    cli("subscribers", "import", write("old.csv", HEADER + "telegram:-1001,en ru,UTC,x\n"))
    cli("subscribers", "import", write("q.csv", WHOLE + "telegram:-1002,en ar,UTC,,,,,\n"))
    found = {one["address"]: one for one in people(cli)}
    assert set(found) == {"telegram:-1001", "telegram:-1001+ru", "telegram:-1002"}
    assert (found["telegram:-1001"]["posts"], found["telegram:-1001"]["pin"]) == ("each", True)
    assert found["telegram:-1001+ru"]["topics"] == ["x"], "further posts follow the first"
    assert (found["telegram:-1002"]["posts"], found["telegram:-1002"]["pin"]) == ("best", False)
    cli("subscribers", "add", "telegram:-1001", "--languages", "en,ru", "--quiet", "22-7")
    assert {one["quiet"] for one in people(cli)} == {"22:00-07:00", ""}
    assert cli("subscribers", "remove", "telegram:-1001").status == 0
    assert [one["address"] for one in people(cli)] == ["telegram:-1002"]


def test_one_is_told_of_less_and_at_night_without_a_sound(cli) -> None:
    cli("subscribers", "add", "telegram:5", "--announcements", "anniversaries", "--quiet", "23-8")
    [one] = people(cli)
    assert (one["announcements"], one["quiet"]) == ("anniversaries", "23:00-08:00")
    cli("subscribers", "add", "telegram:5", "--announcements", "all", "--quiet", "")
    [one] = people(cli)
    assert (one["announcements"], one["quiet"]) == ("all", "")


def test_how_many_came_by_which_link_is_counted(sqlite_cli) -> None:
    none = sqlite_cli("subscribers", "list", "--sources", "--json")
    assert none.json == []
    assert "Nobody has come by a link" in sqlite_cli("subscribers", "list", "--sources").err


def test_columns_may_come_in_any_order(sqlite_cli, write) -> None:
    file = write("p.csv", 'topics,address,timezone,languages\n"a b",telegram:9,UTC,"en,fr"\n')
    assert sqlite_cli("subscribers", "import", file).status == 0
    [one] = people(sqlite_cli)
    assert (one["topics"], one["languages"]) == (["a", "b"], ["en", "fr"])


def test_one_wrong_line_keeps_the_whole_file_out(cli, write) -> None:
    content = (
        HEADER
        + "telegram:1,fr,Europe/Paris,\n"
        + "mailto:a@example.org,fr,,\n"
        + "telegram:2,,,\n"
        + "telegram:3,fr,Mars/Base,\n"
        + "telegram:4,fr\n"
        + "telegram:1,en,,\n"
    )
    refused = cli("subscribers", "import", write("people.csv", content))
    assert refused.status == 1
    problems = refused.err.splitlines()
    assert [line.split("line ")[1].split(":")[0] for line in problems] == ["3", "4", "5", "6", "7"]
    assert all("people.csv" in line for line in problems)
    assert people(cli) == []


def test_wrong_lines_can_be_skipped_and_are_reported(cli, write) -> None:
    content = (
        (HEADER + "telegram:1,fr,Europe/Paris,\n").encode()
        + b"telegram:2,\xff,,\n"
        + b"telegram:3,fr,Mars/Base,\n"
        + b"telegram:1,en,,\n"
        + b"telegram:4,en,,\n"
    )
    taken = cli("subscribers", "import", write("people.csv", content), "--skip-bad")
    assert taken.status == 0
    assert "2 subscribers added." in taken.out
    skipped = taken.err.splitlines()
    assert [line.split("line ")[1].split(":")[0] for line in skipped] == ["3", "4", "5"]
    assert {(one["address"], *one["languages"]) for one in people(cli)} == {
        ("telegram:1", "fr"),
        ("telegram:4", "en"),
    }


def test_more_than_is_held_in_memory_at_once_goes_in_and_out(sqlite_cli, write) -> None:
    lines = "".join(f"telegram:{n},en,UTC,,new,22:00-07:00,,\n" for n in range(1, 4502))
    assert sqlite_cli("subscribers", "import", write("p.csv", WHOLE + lines)).status == 0
    exported = sqlite_cli("subscribers", "export", "--addresses").out
    assert sorted(exported.splitlines()) == sorted((WHOLE + lines).splitlines())


def test_a_file_that_is_wrong_throughout_is_not_told_line_by_line(sqlite_cli, write) -> None:
    lines = "".join(f"telegram:{n},en,Mars/Base,\n" for n in range(1, 4502))
    refused = sqlite_cli("subscribers", "import", write("p.csv", HEADER + lines))
    assert refused.status == 1
    assert "Only the first 1,000 wrong lines are shown." in refused.err
    assert refused.err.count("Mars/Base") == 1000
    assert people(sqlite_cli) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "The first line must be"),
        ("address;languages\n", "The first line must be"),
        ("address,languages,timezone,topics,quiet,quiet\n", "The first line must be"),
        ("address,languages,timezone,topics,name\n", "The first line must be"),
        ("address,languages,timezone,quiet\n", "The first line must be"),
        (WHOLE + "telegram:1,fr,,,sometimes,,,\n", "line 2: “sometimes”"),
        (WHOLE + "telegram:1,fr,,,,7-7,,\n", "line 2: “7-7”"),
        (WHOLE + "telegram:-1001,fr,,,,,twice,\n", "line 2: “twice”"),
        (HEADER.encode() + b"telegram:1,\xff,,\n", "line 2: This line is not in UTF-8"),
        (HEADER + 'telegram:1,"fr,,\n', "not valid CSV"),
    ],
)
def test_what_is_no_such_file_is_refused(sqlite_cli, write, content, says) -> None:
    refused = sqlite_cli("subscribers", "import", write("people.csv", content))
    assert refused.status == 1
    assert says in refused.err
    assert sqlite_cli("subscribers", "import", "nowhere.csv").status == 1
