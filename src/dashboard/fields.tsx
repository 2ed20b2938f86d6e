interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string | undefined;
}

/** A field of a filter. */
export function Field({ name, label, value, hint }: FieldProps & { readonly hint: string }) {
  return (
    <label>
      {label}
      <input name={name} value={value} placeholder={hint} autoComplete="off" spellcheck={false} />
    </label>
  );
}

/** A field of a filter in which one of several words is chosen. */
export function Choice({
  name,
  label,
  value,
  options,
}: FieldProps & { readonly options: readonly string[] }) {
  return (
    <label>
      {label}
      <select name={name}>
        <option value="">all</option>
        {options.map((option) => (
          <option key={option} value={option} selected={option === value}>
            {option.replace('_', ' ')}
          </option>
        ))}
      </select>
    </label>
  );
}
