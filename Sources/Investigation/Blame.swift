package import OnCallModel

package enum Blame {
    /// The suspects, best first; empty when nothing stands out, or when the facts speak against a cause in the code.
    package static func suspects(of file: CaseFile) -> [Suspect] { [] }

    /// The commits whose files are worth reading, best first by what is known without them.
    static func worthReading(_ file: CaseFile) -> [String] { [] }
}
