// A time of day as everybody in a plant writes it: 24 hours, whatever the browser thinks of the country.
import { TextInput, type TextInputProps } from "@mantine/core";
import { asTime } from "@/screens/calendars/times";

interface TimeFieldProps extends Omit<TextInputProps, "onChange" | "value"> { value: string; onTime: (text: string) => void }
export function TimeField({ value, onTime, ...rest }: TimeFieldProps) {
  return <TextInput {...rest} value={value} inputMode="numeric" maxLength={5} placeholder="06:00" error={value !== "" && asTime(value) === null} onChange={(event) => onTime(event.currentTarget.value)} onBlur={() => onTime(asTime(value) ?? value)} />;
}
