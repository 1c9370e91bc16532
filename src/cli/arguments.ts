import { InvalidArgumentError } from 'commander'

export function portNumber(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535; 0 chooses a free one.')
  return port
}

export function accountNumber(text: string): string {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError('An account number has 12 digits.')
  return text
}

export function regionName(text: string): string {
  if (!/^[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}$/.test(text))
    throw new InvalidArgumentError('A region is a name such as us-east-1.')
  return text
}

export function positiveNumber(text: string): number {
  const number = Number(text)
  if (!/^\d{1,9}$/.test(text) || number < 1) throw new InvalidArgumentError('A whole number from 1 is needed.')
  return number
}

/** A parser of whole numbers from `least` to `most`. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (!/^\d{1,9}$/.test(text) || number < least || number > most)
      throw new InvalidArgumentError(`A whole number from ${least} to ${most} is needed.`)
    return number
  }
}
