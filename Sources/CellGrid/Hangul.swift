/// Composes Korean syllables from their parts, as some file systems and keyboards write them.
///
/// Source: The Unicode Standard, §3.12, Conjoining Jamo Behavior.
enum Hangul {
    /// The scalar of a syllable of two or three parts, or of a syllable and its last part; nil for anything else.
    static func syllable(of scalars: Character.UnicodeScalarView) -> Unicode.Scalar? {
        let values = scalars.prefix(3).map(\.value)
        guard values.count > 1 else { return nil }
        if leads.contains(values[0]), vowels.contains(values[1]) {
            let syllable = first + ((values[0] - leads.lowerBound) * 21 + values[1] - vowels.lowerBound) * 28
            return Unicode.Scalar(values.count > 2 ? adding(values[2], to: syllable) : syllable)
        }
        return (first...last).contains(values[0]) ? Unicode.Scalar(adding(values[1], to: values[0])) : nil
    }

    /// True if the scalar is a part of a syllable, modern or old.
    static func isPart(_ scalar: Unicode.Scalar) -> Bool {
        [0x1100...0x11FF, 0xA960...0xA97F, 0xD7B0...0xD7FF].contains { $0.contains(scalar.value) }
    }

    private static let first: UInt32 = 0xAC00
    private static let last: UInt32 = 0xD7A3
    private static let leads: ClosedRange<UInt32> = 0x1100...0x1112
    private static let vowels: ClosedRange<UInt32> = 0x1161...0x1175
    private static let tails: ClosedRange<UInt32> = 0x11A8...0x11C2

    private static func adding(_ tail: UInt32, to syllable: UInt32) -> UInt32 {
        let isOpen = (syllable - first) % 28 == 0
        return isOpen && tails.contains(tail) ? syllable + tail - tails.lowerBound + 1 : syllable
    }
}
