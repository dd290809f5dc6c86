import Glibc

/// The standard normal distribution.
package enum NormalTail {
    /// The probability of a value above `z`.
    package static func above(_ z: Double) -> Double { erfc(z / 2.0.squareRoot()) / 2 }
}
