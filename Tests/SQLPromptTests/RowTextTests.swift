import Basics
import SQLPrompt
import Testing

@Suite("Rows as text for other programs")
struct RowTextTests {
    @Test("CSV quotes what RFC 4180 requires, and nothing else")
    func csv() {
        let set = RowSet(
            columns: ["id", "na,me"],
            rows: [
                [1, "plain text"], [2.5, "a,b"], [.null, "say \"hi\""], [.blob([0, 255]), "two\nlines"], [3, ""],
                [4, .null], [5, "=1+1"], [6, "cr\r\n"],
            ])
        #expect(
            CSVText.text(of: set)
                == "id,\"na,me\"\r\n1,plain text\r\n2.5,\"a,b\"\r\n,\"say \"\"hi\"\"\"\r\n"
                + "00ff,\"two\nlines\"\r\n3,\"\"\r\n4,\r\n5,=1+1\r\n6,\"cr\r\n\"\r\n")
    }

    @Test("CSV of no rows is its header")
    func emptyCSV() {
        #expect(CSVText.text(of: RowSet(columns: ["a", "b"])) == "a,b\r\n")
    }

    @Test("Markdown aligns numbers to the right and escapes what would be markup")
    func markdown() {
        let set = RowSet(
            columns: ["n", "text"],
            rows: [[7, "a|b"], [1234, "x\ny"], [.null, "__init__ of a_b <b>"], [1, "\u{1B}[31m &lt; a&b"]])
        #expect(
            MarkdownTable.text(of: set) == #"""
                |    n | text                     |
                | ---: | ------------------------ |
                |    7 | a\|b                     |
                | 1234 | x<br>y                   |
                |      | \_\_init\_\_ of a_b \<b> |
                |    1 | ␛\[31m \&lt; a&b         |

                """#)
    }

    @Test("a column of NULLs is not a column of numbers")
    func nulls() {
        let set = RowSet(columns: ["a"], rows: [[.null]])
        #expect(MarkdownTable.text(of: set) == "| a   |\n| --- |\n|     |\n")
    }
}
