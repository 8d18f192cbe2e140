-- Divisions and code that book.typ draws with functions of its own.

local function call(name, blocks)
  local opening = pandoc.RawBlock("typst", "#" .. name .. "[")
  return pandoc.Blocks({ opening }) .. blocks .. pandoc.Blocks({ pandoc.RawBlock("typst", "]") })
end

local function quoted(text)
  return '("' .. text:gsub('\\', '\\\\'):gsub('"', '\\"') .. '")'
end

function Div(div)
  for _, kind in ipairs({ "remark", "solution" }) do
    if div.classes:includes(kind) then
      return call(kind .. quoted(div.attributes.title or ""), div.content)
    end
  end
end

function CodeBlock(code)
  local kind = code.classes:includes("input") and "source" or "answer"
  return call(kind, pandoc.Blocks({ code }))
end

-- A column is as wide as what is in it, not as its dashes in the source.
function Table(tbl)
  tbl.colspecs = tbl.colspecs:map(function(spec) return { spec[1], nil } end)
  return tbl
end
