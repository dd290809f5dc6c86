import Basics
import Testing

@Suite("Format")
struct FormatTests {
    @Test(
        "dollars",
        arguments: [
            (41.2, "$41.20"), (0, "$0.00"), (0.5, "$0.50"), (0.071, "$0.07"), (0.0126, "$0.01"), (0.00042, "$0.00042"),
            (0.0034, "$0.0034"), (-3, "-$3.00"),
            (1234.567, "$1234.57"), (.nan, "$?"), (.infinity, "$?"), (9.999, "$10.00"),
        ])
    func dollars(amount: Double, text: String) {
        #expect(Format.dollars(amount) == text)
    }

    @Test("ratios, shares and decimals")
    func others() {
        #expect(Format.times(6.84) == "×6.8")
        #expect(Format.times(240.4) == "×240")
        #expect(Format.times(.nan) == "×?")
        #expect(Format.percent(0.836) == "84 %")
        #expect(Format.decimal(-0.004, digits: 2) == "0.00")
        #expect(Format.decimal(4096, digits: 0) == "4096")
    }
}
