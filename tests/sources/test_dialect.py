"""The character between columns is told by all lines, not by what the header's names hold."""

import codecs
from pathlib import Path

import duckdb
import pytest

from tools.sources.dialect import delimiter_of
from tools.sources.profile import profile_folder

FILES = {
    "quoted names": ('"Name, first, last";Amount\n"A, B";1,5\n"x, y";2,5\n', ";"),
    "names with commas": ("Revenue, net|Cost, gross, all|id\n1,5|2,5|a\n3,5|2,7|b\n", "|"),
    "commas and tabs": ("a,b,c\td,e\tf\n1,2\t3\t4\n5,6\t7\t8\n", "\t"),
    "commas in values": ('id;note\n1;"a,b,c,d"\n2;x\n', ";"),
    "semicolons in values": ("id,name,when\n1,a;b;c;d,2024-01-01\n2,b|c,2024-01-02\n", ","),
    "decimal commas": ("id;amount\n1;1,50\n2;2,50\n3;1.000,20\n", ";"),
    "pipes in a name": ("id,path|full|long|very,x\n1,a|b,2\n2,c|d,3\n", ","),
    "lines of unequal length": ("a;b;c\n1;2\n1;2;3;4\n5;6;7\n", ";"),
    "a value over two lines": ('id;text\n1;"line\nsecond, with, commas"\n2;"b"\n', ";"),
    "a header alone": ("id;name;a,b\n", ";"),
    "colons": ("time:stamp,v\n10:20:30,1\n11:20:30,2\n", ","),
    "one column": ("email\nann@x.example\nbob@y.example\n", ","),
    "one column of names": ('name\n"Doe, Jane"\n"Roe, Rick"\n', ","),
    "nothing": ("", ","),
}


@pytest.mark.parametrize("name", FILES)
def test_the_delimiter_of_a_hard_file(name: str) -> None:
    text, expected = FILES[name]
    assert delimiter_of(duckdb.connect(), text, ",") == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_file_in_any_encoding_has_its_columns(tmp_path: Path, encoding: str) -> None:
    text = '"Name, first, last";Größe\n"Ä, B";1,5\n"x, y";2,5\n'
    (tmp_path / "people.csv").write_bytes(text.encode(encoding))
    (found,) = profile_folder(tmp_path)
    assert (found.reader.delimiter, found.trouble) == (";", "")
    assert [column.name for column in found.columns] == ["Größe", "Name, first, last"]
    assert codecs.lookup(found.reader.encoding).name == codecs.lookup(encoding).name.removesuffix(
        "-sig"
    )
