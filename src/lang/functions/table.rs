//! The table of all functions, by name: parameters, result and a line of words for each.

use super::convert::elsewhere;
use super::{Body, Function, Param, Returns, Want};
use super::{
    collection, convert, crypto, csv, date, encoding, filesystem, format, list, network, numeric, regex, set,
    string, text_encoding, yaml_decode, yaml_encode,
};

const fn p(name: &'static str, want: Want) -> Param {
    Param::new(name, want)
}

const fn text(name: &'static str) -> Param {
    p(name, Want::String)
}

const fn number(name: &'static str) -> Param {
    p(name, Want::Number)
}

const fn any(name: &'static str) -> Param {
    p(name, Want::Any)
}

/// Anything, seen as it is: null, unknown, marked.
const fn raw(name: &'static str) -> Param {
    p(name, Want::Any).null().unknown().marked().dynamic()
}

const STRING: Returns = Returns::Always(Want::String);
const NUMBER: Returns = Returns::Always(Want::Number);
const BOOL: Returns = Returns::Always(Want::Bool);
const ANY: Returns = Returns::Always(Want::Any);
const STRINGS: Returns = Returns::Always(Want::ListOfString);

const fn f(
    name: &'static str,
    params: &'static [Param],
    returns: Returns,
    body: Body,
    summary: &'static str,
) -> Function {
    Function {
        name,
        params,
        variadic: None,
        summary,
        returns,
        body,
        nullable_result: false,
    }
}

impl Function {
    /// Takes any number of further arguments.
    const fn and_more(self, param: Param) -> Function {
        Function {
            variadic: Some(param),
            ..self
        }
    }

    /// May answer null.
    const fn or_null(self) -> Function {
        Function {
            nullable_result: true,
            ..self
        }
    }
}

/// In the order of names, for the search is binary.
#[rustfmt::skip]
pub(super) static TABLE: &[Function] = &[
    f("abs", &[number("num")], NUMBER, numeric::abs, "The number without its sign."),
    f("abspath", &[text("path")], STRING, filesystem::abspath, "The path made absolute, from the working directory."),
    f("alltrue", &[p("list", Want::ListOfBool).unknown()], BOOL, collection::all_true, "Whether all elements are true; true for none."),
    f("anytrue", &[p("list", Want::ListOfBool).unknown()], BOOL, collection::any_true, "Whether any element is true; false for none."),
    f("base64decode", &[text("str")], STRING, encoding::base64decode, "The text that a Base64 string encodes."),
    f("base64encode", &[text("str")], STRING, encoding::base64encode, "The string in Base64."),
    f("base64gzip", &[text("str")], STRING, encoding::base64gzip, "The string compressed with gzip, in Base64."),
    f("base64sha256", &[text("str")], STRING, crypto::of_text, "The SHA-256 hash of the string, in Base64."),
    f("base64sha512", &[text("str")], STRING, crypto::of_text, "The SHA-512 hash of the string, in Base64."),
    f("basename", &[text("path")], STRING, filesystem::basename, "The last part of a path."),
    f("bcrypt", &[text("str")], STRING, crypto::bcrypt, "A bcrypt hash of a password; another one each time.").and_more(number("cost")),
    f("can", &[any("expression")], BOOL, elsewhere, "Whether the expression has a value, that is, does not fail."),
    f("ceil", &[number("num")], NUMBER, numeric::ceil, "The least whole number that is not below the number."),
    f("chomp", &[text("str")], STRING, string::chomp, "The string without line breaks at its end."),
    f("chunklist", &[p("list", Want::List).marked(), number("size")], Returns::From(list::chunklist_type), list::chunklist, "The list cut into lists of at most this size."),
    f("cidrhost", &[text("prefix"), number("hostnum")], STRING, network::cidrhost, "The address of a host in a network, by its number."),
    f("cidrnetmask", &[text("prefix")], STRING, network::cidrnetmask, "The netmask of an IPv4 network."),
    f("cidrsubnet", &[text("prefix"), number("newbits"), number("netnum")], STRING, network::cidrsubnet, "A subnet of a network, by its number among those with so many more bits."),
    f("cidrsubnets", &[text("prefix")], STRINGS, network::cidrsubnets, "Consecutive subnets of a network, each with so many more bits.").and_more(number("newbits")),
    f("coalesce", &[], Returns::From(collection::coalesce_type), collection::coalesce, "The first argument that is neither null nor an empty string.").and_more(any("vals").null().unknown().dynamic()),
    f("coalescelist", &[], Returns::From(list::coalescelist_type), list::coalescelist, "The first argument that is neither null nor an empty list.").and_more(any("vals").null().unknown().dynamic()),
    f("compact", &[p("list", Want::ListOfString)], STRINGS, list::compact, "The list without null and empty strings."),
    f("concat", &[], Returns::From(list::concat_type), list::concat, "All lists, one behind the other.").and_more(any("seqs").marked()),
    f("contains", &[any("list").dynamic(), any("value").dynamic()], Returns::From(collection::contains_type), collection::contains, "Whether a list, set or tuple has an element equal to the value."),
    f("csvdecode", &[text("str")], Returns::From(csv::csvdecode_type), csv::csvdecode, "A table in CSV form as a list of objects, by its header line."),
    f("dirname", &[text("path")], STRING, filesystem::dirname, "The path without its last part."),
    f("distinct", &[p("list", Want::List)], Returns::From(list::list_type), list::distinct, "The list with each value once, where it first occurs."),
    f("element", &[any("list").marked(), number("index").marked()], Returns::From(list::element_type), list::element, "The element of a list by its index, counted around the end.").or_null(),
    f("endswith", &[text("str"), text("suffix")], BOOL, string::endswith, "Whether the string ends with the suffix."),
    f("ephemeralasnull", &[raw("value")], ANY, convert::ephemeralasnull, "The value with null in place of everything ephemeral."),
    f("file", &[text("path")], STRING, filesystem::file, "The content of a file, as text."),
    f("filebase64", &[text("path")], STRING, filesystem::filebase64, "The content of a file, in Base64."),
    f("filebase64sha256", &[text("path")], STRING, filesystem::file_hash, "The SHA-256 hash of a file, in Base64."),
    f("filebase64sha512", &[text("path")], STRING, filesystem::file_hash, "The SHA-512 hash of a file, in Base64."),
    f("fileexists", &[text("path")], BOOL, filesystem::fileexists, "Whether there is a file at the path."),
    f("filemd5", &[text("path")], STRING, filesystem::file_hash, "The MD5 hash of a file, in hexadecimal digits."),
    f("fileset", &[text("path"), text("pattern")], Returns::From(set_of_string), filesystem::fileset, "The paths of files below a directory that match a pattern."),
    f("filesha1", &[text("path")], STRING, filesystem::file_hash, "The SHA-1 hash of a file, in hexadecimal digits."),
    f("filesha256", &[text("path")], STRING, filesystem::file_hash, "The SHA-256 hash of a file, in hexadecimal digits."),
    f("filesha512", &[text("path")], STRING, filesystem::file_hash, "The SHA-512 hash of a file, in hexadecimal digits."),
    f("flatten", &[any("list").marked()], Returns::From(list::flatten_type), list::flatten, "The list with every list in it replaced by its elements, however deep."),
    f("floor", &[number("num")], NUMBER, numeric::floor, "The greatest whole number that is not above the number."),
    f("format", &[text("format").unknown()], STRING, format::format, "Text by a format string: %s, %d, %v, ...").and_more(any("args").null().unknown().dynamic()),
    f("formatdate", &[text("format"), text("time")], STRING, date::formatdate, "A timestamp in another form: YYYY-MM-DD hh:mm:ss, ..."),
    f("formatlist", &[text("format").unknown()], STRINGS, format::formatlist, "A list of texts by a format string, one for each element of the lists given.").and_more(any("args").null().unknown().dynamic()),
    f("indent", &[number("spaces"), text("str")], STRING, string::indent, "The string with spaces before every line but the first."),
    f("index", &[any("list"), any("value")], Returns::From(list::index_type), list::index, "The index of the first element that is equal to the value."),
    f("issensitive", &[raw("value")], BOOL, convert::issensitive, "Whether the value is sensitive."),
    f("join", &[text("separator")], STRING, string::join, "All strings of the lists, with the separator between them.").and_more(p("lists", Want::ListOfString)),
    f("jsondecode", &[text("str")], Returns::From(encoding::jsondecode_type), encoding::jsondecode, "The value that a JSON text means.").or_null(),
    f("jsonencode", &[any("val").null().unknown().dynamic()], STRING, encoding::jsonencode, "The value as JSON."),
    f("keys", &[any("inputMap").unknown().marked().dynamic()], Returns::From(collection::keys_type), collection::keys, "The keys of a map or the names of an object, in order."),
    f("length", &[any("value").unknown().marked().dynamic()], NUMBER, collection::length, "How many elements a collection has, or characters a string."),
    f("log", &[number("num"), number("base")], NUMBER, numeric::log, "The logarithm of a number in a base."),
    f("lookup", &[any("inputMap").unknown().marked().dynamic(), text("key").unknown().marked()], Returns::From(collection::lookup_type), collection::lookup, "The element of a map by its key, or the default.").and_more(raw("default")).or_null(),
    f("lower", &[text("str")], STRING, string::lower, "The string in lower case."),
    f("matchkeys", &[p("values", Want::List), p("keys", Want::List), p("searchset", Want::List)], Returns::From(list::matchkeys_type), list::matchkeys, "The values whose key at the same place is in the search set."),
    f("max", &[], NUMBER, numeric::max, "The greatest of the numbers.").and_more(number("numbers")),
    f("md5", &[text("str")], STRING, crypto::of_text, "The MD5 hash of the string, in hexadecimal digits."),
    f("merge", &[], Returns::From(collection::merge_type), collection::merge, "All maps and objects in one; the last of equal keys wins.").and_more(any("maps").null().unknown().marked().dynamic()),
    f("min", &[], NUMBER, numeric::min, "The least of the numbers.").and_more(number("numbers")),
    f("nonsensitive", &[raw("value")], ANY, convert::nonsensitive, "The value, no longer sensitive."),
    f("one", &[any("list").unknown().marked().dynamic()], Returns::From(collection::one_type), collection::one, "The only element of a list, or null if there is none.").or_null(),
    f("parseint", &[any("number"), number("base")], Returns::From(numeric::parseint_type), numeric::parseint, "The integer that a string spells in a base from 2 to 62."),
    f("pathexpand", &[text("path")], STRING, filesystem::pathexpand, "The path with ~ as the home directory."),
    f("plantimestamp", &[], STRING, date::plantimestamp, "The time at which the plan was made, in UTC."),
    f("pow", &[number("num"), number("power")], NUMBER, numeric::pow, "The number raised to a power."),
    f("range", &[], Returns::From(list_of_number), numeric::range, "Numbers from a start (0) up to before an end, by a step (1).").and_more(number("params")),
    f("regex", &[text("pattern"), text("string")], Returns::From(regex::regex_type), regex::regex, "The first match of a pattern: its text, or its groups."),
    f("regexall", &[text("pattern"), text("string")], Returns::From(regex::regexall_type), regex::regexall, "All matches of a pattern."),
    f("replace", &[text("str"), text("substr"), text("replace")], STRING, string::replace, "The string with a part, or a pattern between slashes, replaced throughout."),
    f("reverse", &[any("list").marked()], Returns::From(list::reverse_type), list::reverse, "The list backwards."),
    f("rsadecrypt", &[text("ciphertext"), text("privatekey")], STRING, crypto::rsadecrypt, "The text that was encrypted for an RSA key."),
    f("sensitive", &[raw("value")], ANY, convert::sensitive, "The value, which is not shown from here on."),
    f("setintersection", &[p("first_set", Want::Set)], Returns::From(set::common_type), set::intersection, "The elements that all sets have.").and_more(p("other_sets", Want::Set)),
    f("setproduct", &[], Returns::From(set::product_type), set::product, "Every combination of one element of each set.").and_more(any("sets").marked()),
    f("setsubtract", &[p("a", Want::Set), p("b", Want::Set)], Returns::From(set::common_type), set::subtract, "The elements of the first set that the second does not have."),
    f("setunion", &[p("first_set", Want::Set)], Returns::From(set::common_type), set::union, "The elements that any of the sets has.").and_more(p("other_sets", Want::Set)),
    f("sha1", &[text("str")], STRING, crypto::of_text, "The SHA-1 hash of the string, in hexadecimal digits."),
    f("sha256", &[text("str")], STRING, crypto::of_text, "The SHA-256 hash of the string, in hexadecimal digits."),
    f("sha512", &[text("str")], STRING, crypto::of_text, "The SHA-512 hash of the string, in hexadecimal digits."),
    f("signum", &[number("num")], NUMBER, numeric::signum, "The sign of a whole number: -1, 0 or 1."),
    f("slice", &[any("list").marked(), number("start_index"), number("end_index")], Returns::From(list::slice_type), list::slice, "The elements from a start index up to before an end index."),
    f("sort", &[p("list", Want::ListOfString)], STRINGS, list::sort, "The strings in order of their characters."),
    f("split", &[text("separator"), text("str")], STRINGS, string::split, "The parts of a string between separators."),
    f("startswith", &[text("str").unknown(), text("prefix").unknown()], BOOL, string::startswith, "Whether the string starts with the prefix."),
    f("strcontains", &[text("str"), text("substr")], BOOL, string::strcontains, "Whether the string contains another."),
    f("strrev", &[text("str")], STRING, string::strrev, "The string backwards, character by character."),
    f("substr", &[text("str"), number("offset"), number("length")], STRING, string::substr, "A part of the string, by offset and length in characters."),
    f("sum", &[any("list")], Returns::From(numeric::sum_type), numeric::sum, "The sum of all elements."),
    f("templatefile", &[text("path"), any("vars").marked()], ANY, filesystem::templatefile, "A template file, rendered with names of your own.").or_null(),
    f("templatestring", &[text("template"), any("vars")], ANY, elsewhere, "A template from elsewhere in the configuration, rendered with names of your own.").or_null(),
    f("textdecodebase64", &[text("source"), text("encoding")], STRING, text_encoding::textdecodebase64, "The text that Base64 of another character encoding means."),
    f("textencodebase64", &[text("string"), text("encoding")], STRING, text_encoding::textencodebase64, "The string in another character encoding, in Base64."),
    f("timeadd", &[text("timestamp"), text("duration")], STRING, date::timeadd, "The timestamp, later by a duration such as \"1h30m\"."),
    f("timecmp", &[text("timestamp_a"), text("timestamp_b")], NUMBER, date::timecmp, "-1, 0 or 1: whether the first timestamp is earlier, the same or later."),
    f("timestamp", &[], STRING, date::timestamp, "The time now, in UTC; known only when applying."),
    f("title", &[text("str")], STRING, string::title, "The string with the first letter of each word in upper case."),
    f("tobool", &[raw("v")], ANY, convert::to_bool, "The value as a bool.").or_null(),
    f("tolist", &[raw("v")], ANY, convert::to_list, "The value as a list.").or_null(),
    f("tomap", &[raw("v")], ANY, convert::to_map, "The value as a map.").or_null(),
    f("tonumber", &[raw("v")], ANY, convert::to_number, "The value as a number.").or_null(),
    f("toset", &[raw("v")], ANY, convert::to_set, "The value as a set.").or_null(),
    f("tostring", &[raw("v")], ANY, convert::to_string, "The value as a string.").or_null(),
    f("transpose", &[p("values", Want::MapOfListOfString)], Returns::Always(Want::MapOfListOfString), collection::transpose, "A map of lists turned around: each element with the keys it was under."),
    f("trim", &[text("str"), text("cutset")], STRING, string::trim, "The string without these characters at both ends."),
    f("trimprefix", &[text("str"), text("prefix")], STRING, string::trimprefix, "The string without the prefix, if it has it."),
    f("trimspace", &[text("str")], STRING, string::trimspace, "The string without space at both ends."),
    f("trimsuffix", &[text("str"), text("suffix")], STRING, string::trimsuffix, "The string without the suffix, if it has it."),
    f("try", &[], ANY, elsewhere, "The value of the first expression that does not fail.").and_more(any("expressions")).or_null(),
    f("type", &[raw("value")], ANY, convert::type_of, "The type of the value; in the console alone."),
    f("upper", &[text("str")], STRING, string::upper, "The string in upper case."),
    f("urlencode", &[text("str")], STRING, encoding::urlencode, "The string as part of a URL's query."),
    f("uuid", &[], STRING, crypto::uuid, "A random UUID; known only when applying."),
    f("uuidv5", &[text("namespace"), text("name")], STRING, crypto::uuidv5, "The UUID of a name in a namespace; always the same."),
    f("values", &[any("mapping").marked()], Returns::From(collection::values_type), collection::values, "The elements of a map or object, in the order of their keys."),
    f("yamldecode", &[text("src")], Returns::From(yaml_decode::yamldecode_type), yaml_decode::yamldecode, "The value that a YAML text means.").or_null(),
    f("yamlencode", &[any("value").null().unknown().dynamic()], STRING, yaml_encode::yamlencode, "The value as YAML."),
    f("zipmap", &[p("keys", Want::ListOfString).unknown().marked(), any("values").unknown().marked()], Returns::From(collection::zipmap_type), collection::zipmap, "A map of these keys and, at the same place, these values."),
];

fn set_of_string(_: &super::Args<'_>) -> super::Answer<crate::value::Type> {
    Ok(crate::value::Type::set(crate::value::Type::String))
}

fn list_of_number(_: &super::Args<'_>) -> super::Answer<crate::value::Type> {
    Ok(crate::value::Type::list(crate::value::Type::Number))
}
