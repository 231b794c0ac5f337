"""Files as they are uploaded: good ones in every shape, hostile ones in every known way."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.exchange import containers, delimited, reading
from gonghui.kernel.exchange.profiles import SURPLUS
from gonghui.kernel.exchange.reading import Table, formula_like, open_table
from gonghui.kernel.exchange.tests.samples import (
    COLUMNS,
    GOOD,
    TITLES,
    part,
    repack,
    write_csv,
    write_xlsx,
)


def opened(path: Path, **options: str) -> Table:
    return open_table(path, COLUMNS, **options)


def rows_of(table: Table, size: int = 1000) -> pl.DataFrame:
    frames = [
        f.select("row", *(str(p) for p in table.mapping.values())) for f in table.chunks(size)
    ]
    return pl.concat(frames)


def refused(path: Path, **options: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        for _ in opened(path, **options).chunks(1000):
            pass
    assert any("\u4e00" <= c <= "\u9fff" for c in caught.value.message)
    return caught.value


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    return write_xlsx(tmp_path / "good.xlsx", [TITLES, GOOD])


class TestGoodFiles:
    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le-bom"]
    )
    def test_csv_in_every_encoding(self, tmp_path: Path, encoding: str) -> None:
        path = tmp_path / "会员.csv"
        text = "\r\n".join([",".join(TITLES), ",".join(["㛃䶮·买买提", *GOOD[1:]])]) + "\r\n"
        if encoding == "utf-16-le-bom":
            path.write_bytes(b"\xff\xfe" + text.encode("utf-16-le"))
        else:
            path.write_bytes(text.encode(encoding))
        found = rows_of(opened(path))
        assert found.rows() == [(2, "㛃䶮·买买提", *GOOD[1:])]

    def test_multibyte_character_across_pieces(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(delimited, "_PIECE", 7)
        path = write_csv(tmp_path / "a.csv", [TITLES, GOOD], "gb18030")
        assert rows_of(opened(path)).height == 1

    def test_tabs_quotes_newlines_and_blank_lines(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        name = '"王\n""小""明"'
        lines = ["\t".join(TITLES), "", "\t".join([name, *GOOD[1:]]), "\t\t\t\t", "\t".join(GOOD)]
        path.write_text("\n".join(lines), encoding="utf-8")
        found = rows_of(opened(path))
        assert found["row"].to_list() == [3, 5]
        assert found["0"].to_list() == ['王\n"小"明', "王小明"]

    def test_full_width_and_stray_blanks(self, tmp_path: Path) -> None:
        row = [
            "　王小明 ",
            "３４０１０４１９９００３０７７５９Ｘ",
            "\u200b13812345678\ufeff",
            "男\u00a0",
        ]
        found = rows_of(opened(write_csv(tmp_path / "a.csv", [TITLES, row])))
        assert found.rows() == [(2, *GOOD[:4], None)]

    def test_header_further_down_and_off_the_left_edge(self, tmp_path: Path) -> None:
        path = write_xlsx(tmp_path / "a.xlsx", [["会员名册"], [], TITLES, GOOD], top=2, left=1)
        table = opened(path)
        assert table.header_row == 5
        assert rows_of(table).rows() == [(6, *GOOD)]
        assert "第 5 行" in "".join(table.notices)

    def test_header_beyond_the_tenth_row_is_not_found(self, tmp_path: Path) -> None:
        path = write_xlsx(tmp_path / "a.xlsx", [TITLES, GOOD], top=10)
        assert refused(path).code == "import.no_header"

    def test_unknown_columns_are_named_and_ignored(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "a.csv", [["序号", *TITLES, "备注"], ["1", *GOOD, "x"]])
        table = opened(path)
        assert "序号、备注" in table.notices[0]
        assert rows_of(table).rows() == [(2, *GOOD)]

    def test_aliases_marks_and_brackets_in_titles(self, tmp_path: Path) -> None:
        titles = ["职工 姓名*", "证件号码：", "联系电话（选填）", "＊性别", "入会日期"]
        assert set(opened(write_csv(tmp_path / "a.csv", [titles, GOOD])).mapping.values()) == set(
            range(5)
        )

    def test_the_sheet_with_the_header_is_taken(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet("说明").write_column(0, 0, ["请填写", "姓名"])
            sheet = book.add_worksheet("名单")
            sheet.write_row(0, 0, TITLES)
            sheet.write_row(1, 0, GOOD)
        assert opened(path).sheet == "名单"

    def test_dates_and_numbers_of_excel_become_text(self, tmp_path: Path) -> None:
        path = write_xlsx(tmp_path / "a.xlsx", [TITLES, [*GOOD[:2], 13812345678, "男", 45000]])
        assert rows_of(opened(path)).rows() == [(2, *GOOD[:2], "13812345678", "男", "45000")]

    def test_continues_after_a_row(self, tmp_path: Path) -> None:
        rows = [[f"王{n}", *GOOD[1:]] for n in range(2, 12)]
        for path in (
            write_csv(tmp_path / "a.csv", [TITLES, *rows]),
            write_xlsx(tmp_path / "a.xlsx", [TITLES, *rows]),
        ):
            table = opened(path)
            found = pl.concat(list(table.chunks(4, after=5)))
            assert found["row"].to_list() == [6, 7, 8, 9, 10, 11]
            assert found["0"].to_list() == [f"王{n}" for n in range(6, 12)]

    def test_surplus_cells_stay_visible(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "a.csv", [TITLES, [*GOOD, "", ""], [*GOOD, "多", "余"]])
        frame = next(iter(opened(path).chunks(10)))
        assert frame[SURPLUS].to_list() == [None, "多\n余"]

    def test_formula_like_text_is_found(self, tmp_path: Path) -> None:
        rows = [["=cmd|' /C calc'!A0", *GOOD[1:]], ["@SUM(A1)", *GOOD[1:2], "+8613812345678"]]
        table = opened(write_csv(tmp_path / "a.csv", [TITLES, *rows]))
        frame = next(iter(table.chunks(10)))
        assert formula_like(frame, [0, 2]) == [(2, 0), (3, 0)]
        assert frame["0"][0] == "=cmd|' /C calc'!A0"


class TestHostileText:
    def test_empty(self, tmp_path: Path) -> None:
        for content in (b"", b"\r\n \r\n,,,\r\n"):
            path = tmp_path / "a.csv"
            path.write_bytes(content)
            assert refused(path).code == "import.empty"

    def test_neither_utf8_nor_gb18030_names_the_byte(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        head = (",".join(TITLES) + "\n").encode("gb18030")
        path.write_bytes(head + b"ab\xff\xff\n")
        refusal = refused(path)
        assert refusal.code == "import.encoding"
        assert f"第 2 行、第 {len(head) + 3} 个字节（0xFF）" in refusal.message

    def test_one_broken_byte_in_utf8_is_not_read_as_gb18030(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        head = (",".join(TITLES) + "\n").encode()
        path.write_bytes(head + "王".encode() + b"\xd0\xc2\n")
        refusal = refused(path)
        assert "UTF-8" in refusal.message
        assert f"第 {len(head) + 4} 个字节" in refusal.message

    def test_the_byte_is_named_in_a_later_piece(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(delimited, "_PIECE", 10)
        path = tmp_path / "a.csv"
        head = (",".join(TITLES) + "\n").encode()
        path.write_bytes(head + b"\xff\n")
        assert f"第 {len(head) + 1} 个字节" in refused(path).message

    def test_nul(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "a.csv", [TITLES, ["王\x00明", *GOOD[1:]]])
        refusal = refused(path)
        assert refusal.code == "import.nul"
        assert "第 2 行" in refusal.message

    def test_open_quote(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "a.csv", [TITLES, GOOD, ['"王', *GOOD[1:]], GOOD])
        refusal = refused(path)
        assert refusal.code == "import.quotes"
        assert "第 3 行" in refusal.message

    def test_very_long_cell_and_line(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "a.csv", [TITLES, GOOD, ["王" * 40_000, *GOOD[1:]]])
        refusal = refused(path)
        assert refusal.code == "import.long_cell"
        assert "第 3 行" in refusal.message
        path = write_csv(tmp_path / "b.csv", [TITLES, ["王" * 300_000, *GOOD[1:]]])
        assert refused(path).code == "import.long_line"

    def test_too_many_rows(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading, "MAX_ROWS", 100)
        path = write_csv(tmp_path / "a.csv", [TITLES, *[GOOD] * 100])
        assert refused(path).code == "import.too_many_rows"
        write_csv(path, [TITLES, *[GOOD] * 99])
        assert sum(frame.height for frame in opened(path).chunks(10)) == 99

    def test_a_row_may_be_the_last_of_excel(self) -> None:
        assert reading.MAX_ROWS == 1_048_576

    def test_missing_columns_with_template(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "a.csv", [["姓名", "性别"], ["王", "男"]])
        refusal = refused(path, template_url="/import/member/template.xlsx")
        assert refusal.code == "import.missing_columns"
        assert "身份证号" in refusal.message
        assert "/import/member/template.xlsx" in refusal.remedy

    def test_duplicate_header(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "a.csv", [[*TITLES, "职工姓名"], [*GOOD, "李"]])
        refusal = refused(path)
        assert refusal.code == "import.duplicate_header"
        assert "A 列“姓名”、F 列“职工姓名”" in refusal.message

    @pytest.mark.parametrize(
        ("name", "content", "code"),
        [
            ("a.xlsx", b"\xe5\xa7\x93\xe5\x90\x8d,1\n", "import.extension"),
            ("a.doc", b"\xe5\xa7\x93\xe5\x90\x8d,1\n", "import.extension"),
            ("a", b"x,1\n", "import.extension"),
            ("a.csv", b"%PDF-1.7\n", "import.not_table"),
            ("a.xls", b"<html><table><tr><td>1", "import.html"),
            ("a.csv", b"\xef\xbb\xbf<table><tr>", "import.html"),
        ],
    )
    def test_content_that_is_not_what_the_name_says(
        self, tmp_path: Path, name: str, content: bytes, code: str
    ) -> None:
        path = tmp_path / name
        path.write_bytes(content)
        assert refused(path).code == code

    def test_xlsx_called_csv(self, tmp_path: Path, workbook: Path) -> None:
        assert refused(workbook, filename="会员.csv").code == "import.extension"

    def test_too_large(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading, "MAX_FILE_BYTES", 10)
        path = write_csv(tmp_path / "a.csv", [TITLES, GOOD])
        assert refused(path).code == "import.too_large"


class TestHostileWorkbooks:
    def test_formulas_in_used_columns_are_named(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("名单")
            sheet.write_row(1, 1, TITLES)
            sheet.write_row(2, 1, GOOD)
            sheet.write_formula(3, 1, '="王"&"明"', value="王明")
            sheet.write_formula(4, 2, "=B3", value=GOOD[1])
        refusal = refused(path)
        assert refusal.code == "import.formulas"
        assert "B4、C5" in refusal.message

    def test_formulas_in_ignored_columns_do_no_harm(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("名单")
            sheet.write_row(0, 0, ["序号", *TITLES])
            sheet.write_formula(1, 0, "=ROW()-1", value=1)
            sheet.write_row(1, 1, GOOD)
        assert rows_of(opened(path)).rows() == [(2, *GOOD)]

    def test_merged_cells_in_the_data_are_named(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("名单")
            sheet.merge_range(0, 0, 0, 4, "会员名册")
            sheet.write_row(1, 0, TITLES)
            sheet.write_row(2, 0, GOOD)
            sheet.merge_range(3, 0, 5, 0, "李")
        refusal = refused(path)
        assert refusal.code == "import.merged"
        assert "A4:A6" in refusal.message
        assert "A1" not in refusal.message

    def test_zip_bomb_by_ratio(self, tmp_path: Path, workbook: Path) -> None:
        path = repack(workbook, tmp_path / "b.xlsx", {"xl/extra.xml": b" " * (20 << 20)})
        assert refused(path).code == "import.bomb"

    def test_zip_bomb_by_size(
        self, tmp_path: Path, workbook: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(containers, "MAX_RATIO", 10**9)
        shared = b"<sst><si><t>" + b"x" * (201 << 20) + b"</t></si></sst>"
        path = repack(workbook, tmp_path / "b.xlsx", {"xl/sharedStrings.xml": shared})
        refusal = refused(path)
        assert refusal.code == "import.bomb"
        assert "200 MB" in refusal.message

    def test_archive_that_lies_about_its_sizes(self, tmp_path: Path, workbook: Path) -> None:
        path = repack(workbook, tmp_path / "b.xlsx", {"xl/extra.xml": b" " * (5 << 20)})
        data = bytearray(path.read_bytes())
        true_size, small = struct.pack("<I", 5 << 20), struct.pack("<I", 100)
        assert data.count(true_size) == 2
        path.write_bytes(bytes(data).replace(true_size, small))
        refusal = refused(path)
        assert refusal.code == "import.bomb"
        assert "更长" in refusal.message

    def test_too_many_entries(self, tmp_path: Path, workbook: Path) -> None:
        many = {f"xl/media/{n}.txt": b"" for n in range(2_001)}
        assert refused(repack(workbook, tmp_path / "b.xlsx", many)).code == "import.bomb"

    def test_overlapping_entries(self, tmp_path: Path, workbook: Path) -> None:
        data = bytearray(workbook.read_bytes())
        first = data.index(b"PK\x01\x02")
        # The compressed size of the first central entry now covers more than the file holds.
        data[first + 20 : first + 24] = struct.pack("<I", 1 << 20)
        path = tmp_path / "b.xlsx"
        path.write_bytes(data)
        assert refused(path).code in ("import.bomb", "import.damaged")

    @pytest.mark.parametrize("quote", [b'"', b"'"])
    def test_cells_spread_to_the_far_corner(
        self, tmp_path: Path, workbook: Path, quote: bytes
    ) -> None:
        cell = b"<row r=%s1048576%s><c r=%sALL1048576%s><v>1</v></c></row></sheetData>"
        sheet = part(workbook).replace(b"</sheetData>", cell.replace(b"%s", quote))
        path = repack(workbook, tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": sheet})
        assert refused(path).code == "import.bomb"

    def test_far_row_without_cell_references(self, tmp_path: Path, workbook: Path) -> None:
        cells = b"<c><v>1</v></c>" * 20
        row = b'<row r="1048576">' + cells + b"</row></sheetData>"
        sheet = part(workbook).replace(b"</sheetData>", row)
        path = repack(workbook, tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": sheet})
        assert refused(path).code == "import.bomb"

    @pytest.mark.parametrize(
        "declaration",
        [
            b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
            b'<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>',
        ],
    )
    @pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
    def test_external_entities(
        self, tmp_path: Path, workbook: Path, declaration: bytes, name: str
    ) -> None:
        text = part(workbook, name)
        end = text.index(b"?>") + 2
        changed = text[:end] + declaration + text[end:]
        path = repack(workbook, tmp_path / "b.xlsx", {name: changed})
        assert refused(path).code == "import.entities"

    def test_utf16_part_cannot_hide_a_declaration(self, tmp_path: Path, workbook: Path) -> None:
        hidden = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x>'.encode("utf-16")
        path = repack(workbook, tmp_path / "b.xlsx", {"xl/sharedStrings.xml": hidden})
        assert refused(path).code == "import.damaged"

    def test_truncated(self, tmp_path: Path, workbook: Path) -> None:
        path = tmp_path / "b.xlsx"
        content = workbook.read_bytes()
        for length in (10, len(content) // 2, len(content) - 5):
            path.write_bytes(content[:length])
            assert refused(path).code == "import.damaged"

    def test_flipped_bits_in_a_part(self, tmp_path: Path, workbook: Path) -> None:
        with zipfile.ZipFile(workbook) as archive:
            info = archive.getinfo("xl/worksheets/sheet1.xml")
        data = bytearray(workbook.read_bytes())
        start = info.header_offset + 30 + len(info.filename)
        data[start : start + 8] = b"\xff" * 8
        path = tmp_path / "b.xlsx"
        path.write_bytes(data)
        assert refused(path).code in ("import.damaged", "import.bomb")

    def test_zip_that_is_no_workbook(self, tmp_path: Path) -> None:
        path = tmp_path / "b.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("word/document.xml", "<w/>")
        assert refused(path).code == "import.damaged"

    def test_password_and_old_excel(self, tmp_path: Path) -> None:
        ole = bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 504
        path = tmp_path / "a.xlsx"
        path.write_bytes(ole + "EncryptedPackage".encode("utf-16-le"))
        assert refused(path).code == "import.protected"
        path = tmp_path / "a.xls"
        path.write_bytes(ole + "Workbook".encode("utf-16-le"))
        refusal = refused(path)
        assert refusal.code == "import.old_excel"
        assert ".xlsx" in refusal.remedy

    def test_encrypted_zip(self, tmp_path: Path, workbook: Path) -> None:
        data = bytearray(workbook.read_bytes())
        first = data.index(b"PK\x01\x02")
        data[first + 8] |= 1
        path = tmp_path / "b.xlsx"
        path.write_bytes(data)
        assert refused(path).code == "import.protected"

    def test_macros(self, tmp_path: Path, workbook: Path) -> None:
        path = repack(workbook, tmp_path / "b.xlsx", {"xl/vbaProject.bin": b"x"})
        assert refused(path).code == "import.macros"

    def test_empty_sheets(self, tmp_path: Path) -> None:
        assert refused(write_xlsx(tmp_path / "a.xlsx", [])).code == "import.empty"


def test_column_letters_and_numbers_agree() -> None:
    assert [containers.column_letters(n) for n in (0, 25, 26, 701, 702)] == [
        "A", "Z", "AA", "ZZ", "AAA",
    ]  # fmt: skip
    for number in (0, 25, 26, 51, 701, 702, 16_383):
        assert containers.column_number(containers.column_letters(number)) == number
