import Basics
import Testing

@Suite("Figures")
struct FiguresTests {
    @Test(
        "dollars",
        arguments: [
            (41.2, "$41.20"), (0, "$0.00"), (0.5, "$0.50"), (0.071, "$0.071"), (0.0034, "$0.0034"), (-3, "-$3.00"),
            (1234.567, "$1234.57"), (.nan, "$?"), (.infinity, "$?"), (9.999, "$10.00"),
        ])
    func dollars(amount: Double, text: String) {
        #expect(Figures.dollars(amount) == text)
    }

    @Test("ratios, shares and decimals")
    func others() {
        #expect(Figures.times(6.84) == "×6.8")
        #expect(Figures.times(240.4) == "×240")
        #expect(Figures.times(.nan) == "×?")
        #expect(Figures.percent(0.836) == "84 %")
        #expect(Figures.decimal(-0.004, digits: 2) == "0.00")
        #expect(Figures.decimal(4096, digits: 0) == "4096")
    }
}
