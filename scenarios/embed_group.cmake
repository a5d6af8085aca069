# embed_group(<function> <type> <files>): adds the contents of files (a list of paths below ROOT, with
# commas) to `arrays`, as C++: an array <function>_files of {path, text}. Bytes are written as numbers:
# no content can clash with a delimiter, and there is no limit to the length of a literal.
set(arrays "")

function(embed_group function type files)
  string(REPLACE "," ";" files "${files}")
  list(SORT files)
  set(rows "")
  set(number 0)
  foreach(file IN LISTS files)
    file(READ "${ROOT}/${file}" hex HEX)
    # 16 bytes a line.
    string(REGEX REPLACE "(................................)" "\\1\n" bytes "${hex}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
    string(APPEND arrays "constexpr char ${function}_${number}[] = {\n${bytes}'\\0'};\n")
    set(name ${function}_${number})
    string(APPEND rows "    {\"${file}\", {${name}, sizeof(${name}) - 1}},\n")
    math(EXPR number "${number} + 1")
  endforeach()
  string(APPEND arrays
    "constexpr std::array<${type}, ${number}> ${function}_files{{\n${rows}}};\n")
  set(arrays "${arrays}" PARENT_SCOPE)
endfunction()
