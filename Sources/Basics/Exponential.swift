import Glibc

/// The exponential function and the natural logarithm, for modules that import no library.
package enum Exponential {
    package static func exp(_ x: Double) -> Double { Glibc.exp(x) }
    package static func log(_ x: Double) -> Double { Glibc.log(x) }
}
